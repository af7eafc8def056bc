namespace Sutazai.Agents.Operations.Logs;

/// <summary>Reads the values of a line at the variable places of the template that it matches.</summary>
internal static class TemplateFields
{
    public static List<LogPatternMiner.TemplateField> Of(WrittenTemplate template, MaskedLine line, ReadOnlySpan<char> raw)
    {
        List<LogPatternMiner.TemplateField> fields = [];
        for (var i = 0; i < line.Count; i++)
        {
            ref readonly var token = ref line.Tokens[i];
            if (!template.Tokens[i].IsWild)
            {
                foreach (var mask in line.Masks(token))
                {
                    fields.Add(new(fields.Count + 1, LogMasks.Names[(int)mask.Kind], raw.Slice(mask.RawStart, mask.RawLength).ToString()));
                }
            }
            else
            {
                var value = raw.Slice(token.RawStart, token.RawLength);
                fields.Add(new(fields.Count + 1, "any", DrainTemplate.Value(template.Tokens[i], value).ToString()));
            }
        }

        return fields;
    }
}
