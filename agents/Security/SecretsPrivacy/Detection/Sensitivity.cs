using System.ComponentModel;

namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>How much harm a leak does.</summary>
public enum SensitivityLabel
{
    [Description("Anyone may read it.")]
    Public,

    [Description("For members of the organisation.")]
    Internal,

    [Description("For those who need it: data about people, contracts, pay.")]
    Confidential,

    [Description("Harms people or opens systems: credentials, cards, identity numbers, health.")]
    Restricted,
}

/// <summary>What each kind of value, each column's name and each marking says about sensitivity.</summary>
internal static class Sensitivity
{
    private static readonly (SensitivityLabel Label, string Because, string[] Parts)[] s_names =
    [
        (SensitivityLabel.Restricted, "a credential", ["password", "passwd", "secret", "apikey", "privatekey", "accesstoken", "pin", "cvv", "cvc"]),
        (SensitivityLabel.Restricted, "an identity number", ["ssn", "socialsecurity", "nationalid", "taxid", "steuerid", "passport", "driverlicense", "licencenumber", "idnumber"]),
        (SensitivityLabel.Restricted, "payment data", ["creditcard", "cardnumber", "pan"]),
        (SensitivityLabel.Restricted, "special-category data (GDPR article 9)",
            ["diagnosis", "illness", "disease", "medication", "healthcondition", "bloodtype", "religion", "ethnicity", "race", "politicalparty", "sexualorientation", "unionmember", "biometric", "fingerprint", "disability", "icd10"]),
        (SensitivityLabel.Confidential, "contact data", ["email", "mail", "phone", "mobile", "telephone", "fax", "address", "street", "postcode", "zip", "zipcode"]),
        (SensitivityLabel.Confidential, "a person's name", ["firstname", "lastname", "surname", "givenname", "fullname", "maidenname", "patientname", "customername", "employeename"]),
        (SensitivityLabel.Confidential, "personal data", ["birth", "birthdate", "dateofbirth", "dob", "age", "gender", "sex", "nationality", "maritalstatus", "salary", "wage", "income", "iban", "bic", "accountnumber", "latitude", "longitude", "ipaddress", "userid"]),
        (SensitivityLabel.Internal, "an internal reference", ["employeeid", "costcenter", "costcentre", "department", "hostname", "server", "internalid", "project", "ticket", "manager"]),
    ];

    private static readonly (string Marking, SensitivityLabel Label)[] s_markings =
    [
        ("strictly confidential", SensitivityLabel.Restricted), ("top secret", SensitivityLabel.Restricted), ("streng vertraulich", SensitivityLabel.Restricted), ("TLP:RED", SensitivityLabel.Restricted),
        ("attorney-client privileged", SensitivityLabel.Restricted), ("confidential", SensitivityLabel.Confidential), ("vertraulich", SensitivityLabel.Confidential), ("TLP:AMBER", SensitivityLabel.Confidential),
        ("internal use only", SensitivityLabel.Internal), ("company internal", SensitivityLabel.Internal), ("nur für den internen gebrauch", SensitivityLabel.Internal), ("do not distribute", SensitivityLabel.Internal),
        ("TLP:GREEN", SensitivityLabel.Internal),
    ];

    public static SensitivityLabel OfKind(string kind) => kind switch
    {
        _ when Revocation.Kinds.Contains(kind) => SensitivityLabel.Restricted,
        "email" or "phone" or "postal-address" or "date-of-birth" or "iban" => SensitivityLabel.Confidential,
        "ipv4" or "ipv6" or "mac-address" => SensitivityLabel.Internal,
        _ => SensitivityLabel.Restricted,
    };

    /// <summary>Judges a column by its name: a whole word, or words, of it are known.</summary>
    public static (SensitivityLabel Label, string Because)? OfName(string column)
    {
        var words = Words(column);
        foreach (var (label, because, parts) in s_names)
        {
            foreach (var part in parts)
            {
                if (words.Contains($" {part} ", StringComparison.Ordinal) || words.Replace(" ", "", StringComparison.Ordinal).Equals(part, StringComparison.Ordinal)
                    || (part.Length > 6 && words.Replace(" ", "", StringComparison.Ordinal).Contains(part, StringComparison.Ordinal)))
                {
                    return (label, because);
                }
            }
        }

        return null;
    }

    public static IEnumerable<(string Marking, SensitivityLabel Label)> MarkingsIn(string text)
    {
        var strict = false;
        foreach (var (marking, label) in s_markings)
        {
            if (text.Contains(marking, StringComparison.OrdinalIgnoreCase) && !(strict && marking is "confidential" or "vertraulich"))
            {
                strict |= label == SensitivityLabel.Restricted;
                yield return (marking, label);
            }
        }
    }

    /// <summary><c>EmailAddress2</c> and <c>email_address</c> are both <c> email address </c>.</summary>
    private static string Words(string column)
    {
        var words = new System.Text.StringBuilder(" ");
        for (var i = 0; i < column.Length; i++)
        {
            var c = column[i];
            if (char.IsUpper(c) && i > 0 && char.IsLower(column[i - 1]))
            {
                words.Append(' ');
            }

            words.Append(char.IsLetter(c) ? char.ToLowerInvariant(c) : ' ');
        }

        return words.Append(' ').ToString();
    }
}
