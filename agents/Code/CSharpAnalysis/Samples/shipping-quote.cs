using System;
using System.Collections.Generic;
using System.Linq;

namespace Shop.Quotes;

public enum Country { Home, Near, Far }

public sealed record Parcel(decimal Weight, bool Fragile, IReadOnlyList<string> Labels);

public sealed class ShippingQuote
{
    public decimal Price(Parcel parcel, Country country)
    {
        var price = 5m;
        if (country == Country.Far)
        {
            price += 10m;
        }
        else if (country == Country.Near)
        {
            price += 3m;
        }
        else
        {
            price += 0m;
        }

        foreach (var label in parcel.Labels)
        {
            if (label == "express" || label == "overnight")
            {
                if (parcel.Weight > 20m)
                {
                    price *= 2m;
                }
            }
        }

        return parcel.Fragile && price > 50m ? price + 7m : price;
    }

    private static int Zone(Country country) => country switch
    {
        Country.Home => 0,
        Country.Near => 1,
        _ => 2,
    };

    internal static int Factorial(int n) => n < 2 ? 1 : n * Factorial(n - 1);
}
