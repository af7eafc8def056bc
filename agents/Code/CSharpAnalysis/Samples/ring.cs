namespace Ring.Orders
{
    public sealed class Order
    {
        public Billing.Invoice Bill() => new Billing.Invoice();

        public Billing.Invoice? Last { get; set; }
    }
}

namespace Ring.Billing
{
    public sealed class Invoice
    {
        public Stock.Item? Line { get; set; }

        public int Count => Line is Stock.Item ? 1 : 0;
    }
}

namespace Ring.Stock
{
    public sealed class Item(Orders.Order? reserved)
    {
        public bool IsReserved => reserved is not null;
    }
}
