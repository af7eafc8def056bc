namespace Shop;

public interface ICartStore
{
    void Save(string id);
}

public class Cart
{
    public decimal Total(decimal tax = 0.2m) => tax;

    public void Add(string sku)
    {
    }

    public string? Note { get; set; }
}
