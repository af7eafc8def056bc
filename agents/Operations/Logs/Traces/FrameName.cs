using System.Text;
using System.Text.RegularExpressions;

namespace Sutazai.Agents.Operations.Logs;

/// <summary>Takes out of a frame's name what changes from build to build: generated classes, lambda numbers, addresses, generic arguments.</summary>
internal static partial class FrameName
{
    private const int MaxName = 400;

    public static string Of(TraceLanguage language, TraceFrame frame)
    {
        var (function, file) = (Cut(frame.Function), Cut(FileName(frame.File)));
        return language switch
        {
            TraceLanguage.Dotnet => Dotnet(function),
            TraceLanguage.Java => Java(function),
            TraceLanguage.Go => GoClosure().Replace(WithoutBrackets(function), ".func"),
            TraceLanguage.Python => $"{file}:{function}",
            _ => $"{FileHash().Replace(file, "")}:{function}",
        };
    }

    private static string Cut(string name) => name.Length > MaxName ? name[..MaxName] : name;

    // Acme.Shop.<PayAsync>d__3.MoveNext, Acme.Shop.<>c__DisplayClass3_0.<Pay>b__1, Acme.Shop.<Pay>g__Check|4_0, Acme.Box`1[T].Put
    private static string Dotnet(string function)
    {
        function = Arity().Replace(WithoutBrackets(function), "");
        function = StateMachine().Replace(function, "$1");
        function = DisplayClass().Replace(function, "");
        function = LocalFunction().Replace(function, "$1.$2");
        return Lambda().Replace(function, "$1.lambda");
    }

    // com.acme.Shop$1.run, com.acme.Shop.lambda$pay$3, com.acme.Shop$$Lambda$14/0x0000.run, com.acme.Shop$$EnhancerBySpringCGLIB$$1a2b.pay, jdk.proxy2.$Proxy12.pay
    private static string Java(string function)
    {
        function = JavaLambda().Replace(function, "lambda$$$1");
        function = JavaGenerated().Replace(function, "$$$$$1");
        return JavaNumber().Replace(function, "$1");
    }

    private static string WithoutBrackets(string function)
    {
        if (!function.Contains('['))
        {
            return function;
        }

        var (kept, depth) = (new StringBuilder(), 0);
        foreach (var c in function)
        {
            depth += c == '[' ? 1 : 0;
            if (depth == 0)
            {
                kept.Append(c);
            }

            depth -= c == ']' && depth > 0 ? 1 : 0;
        }

        return kept.ToString();
    }

    private static string FileName(string? file)
    {
        file ??= "";
        var query = file.IndexOf('?');
        file = query > 0 ? file[..query] : file;
        return file[(file.LastIndexOfAny(['/', '\\']) + 1)..];
    }

    [GeneratedRegex(@"<(\w+)>d(?:__\d+)?(?:`\d+)?\.MoveNext\b", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 2000)]
    private static partial Regex StateMachine();

    [GeneratedRegex(@"\.?<>c(?:__DisplayClass\d+_\d+)?(?=\.)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 2000)]
    private static partial Regex DisplayClass();

    [GeneratedRegex(@"<(\w+)>g__(\w+)\|\d+(?:_\d+)?", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 2000)]
    private static partial Regex LocalFunction();

    [GeneratedRegex(@"<(\w+)>b__\d+(?:_\d+)?", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 2000)]
    private static partial Regex Lambda();

    [GeneratedRegex(@"`\d+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 2000)]
    private static partial Regex Arity();

    [GeneratedRegex(@"lambda\$(\w+)\$\d+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 2000)]
    private static partial Regex JavaLambda();

    [GeneratedRegex(@"\$\$(Lambda|EnhancerBySpringCGLIB|FastClassBySpringCGLIB|SpringCGLIB|HibernateProxy)[\w$/@.]*?(?=\.\w+$)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 2000)]
    private static partial Regex JavaGenerated();

    [GeneratedRegex(@"(\$|\$Proxy|GeneratedMethodAccessor|GeneratedConstructorAccessor|jdk\.proxy|NativeMethodAccessorImpl)\d+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 2000)]
    private static partial Regex JavaNumber();

    [GeneratedRegex(@"\.func\d+(?:\.\d+)*", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 2000)]
    private static partial Regex GoClosure();

    [GeneratedRegex(@"(?<=\w)[.-][0-9a-f]{6,}(?=\.)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 2000)]
    private static partial Regex FileHash();
}
