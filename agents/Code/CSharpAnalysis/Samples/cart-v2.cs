namespace Shop;

public interface ICartStore
{
    void Save(string id);

    void Delete(string id);
}

public class Cart
{
    public decimal Total(decimal tax = 0.25m) => tax;

    public void Add(string sku, int quantity)
    {
    }

    public string? Note { get; set; }

    public int Count => 0;
}
