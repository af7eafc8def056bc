using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Sutazai.Agents.Tests.Oracles;

public partial class SecretsPrivacyPlantedTests
{
    private const string Base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    // {a20} letters and digits, {b20} also _ and -, {h32} hex, {H8} capital hex, {d10} digits, {l34} letters, {n43} small letters and digits, {A27} capitals and digits,
    // {t16} base 32, {s40} base 64, {u} UUID, {crc30} 30 random and 6 of CRC-32, {json40} base 64 of JSON, {pair} base 64 of name:password, {jwt}, {pem:KIND}, {age}.
    private static readonly (string Kind, string Template)[] s_planted =
    [
        ("aws-access-key-id", "AKIA{aws}"), ("aws-access-key-id", "ASIA{aws}"), ("aws-secret-access-key", "AWS_SECRET_ACCESS_KEY={s40}"), ("aws-secret-access-key", "AKIA{aws}, {s40}"),
        ("aws-session-token", "aws_session_token = {s300}"), ("google-api-key", "AIza{b35}"), ("google-oauth-client-secret", "GOCSPX-{b28}"), ("google-oauth-access-token", "ya29.{b120}"),
        ("gcp-service-account-key", "\"private_key_id\": \"{h40}\""), ("azure-ad-client-secret", "{a3}8Q~{a34}"), ("azure-storage-key", "AccountName=acme;AccountKey={s86}==;EndpointSuffix=core.windows.net"),
        ("azure-shared-access-key", "Endpoint=sb://acme/;SharedAccessKeyName=root;SharedAccessKey={s43}="), ("azure-sas-token", "?sv=2022-11-02&ss=b&sig={a43}%3D"), ("azure-devops-token", "{a76}AZDO{a4}"),
        ("alibaba-access-key-id", "LTAI{a20}"), ("alibaba-access-key-secret", "ALIYUN_SECRET={a30}"), ("digitalocean-token", "dop_v1_{h64}"), ("cloudflare-api-token", "CLOUDFLARE_API_TOKEN={b40}"),
        ("cloudflare-global-key", "CLOUDFLARE_API_KEY={h37}"), ("cloudflare-origin-ca-key", "v1.0-{h24}-{h146}"), ("fly-io-token", "fo1_{b43}"), ("heroku-api-key", "HRKU-AA{b58}"), ("heroku-api-key", "HEROKU_API_KEY={u}"),
        ("vault-token", "hvs.{b95}"), ("terraform-cloud-token", "{a14}.atlasv1.{b64}"), ("pulumi-token", "pul-{h40}"), ("databricks-token", "dapi{h32}"), ("planetscale-token", "pscale_tkn_{b43}"),
        ("planetscale-token", "pscale_pw_{b43}"), ("supabase-token", "sbp_{h40}"), ("openshift-token", "sha256~{b43}"), ("tailscale-key", "tskey-auth-{a12}-{a32}"), ("doppler-token", "dp.pt.{a43}"), ("age-secret-key", "{age}"),
        ("one-password-service-token", "ops_eyJ{s300}"), ("grafana-cloud-token", "glc_{json60}"), ("grafana-service-account-token", "glsa_{a32}_{h8}"), ("sentry-org-token", "sntrys_{json60}_{s43}"),
        ("sentry-user-token", "sntryu_{h64}"), ("new-relic-user-key", "NRAK-{A27}"), ("new-relic-browser-key", "NRJS-{h19}"), ("new-relic-licence-key", "{h36}NRAL"), ("dynatrace-token", "dt0c01.{t24}.{t64}"),
        ("datadog-api-key", "DATADOG_API_KEY={h32}"), ("datadog-app-key", "datadog_app_key: {h40}"),
        ("github-personal-access-token", "ghp_{crc30}"), ("github-oauth-token", "gho_{crc30}"), ("github-user-to-server-token", "ghu_{crc30}"), ("github-server-to-server-token", "ghs_{crc30}"), ("github-refresh-token", "ghr_{crc30}"),
        ("github-fine-grained-token", "github_pat_{a22}_{a59}"), ("gitlab-personal-access-token", "glpat-{b20}"), ("gitlab-deploy-token", "gldt-{b20}"), ("gitlab-runner-token", "glrt-{b20}"), ("gitlab-trigger-token", "glptt-{h40}"),
        ("gitlab-other-token", "glsoat-{b20}"), ("bitbucket-app-password", "ATBB{a24}{H8}"), ("atlassian-api-token", "ATATT3xFfGF0{b170}={H8}"), ("npm-token", "npm_{crc30}"), ("npm-legacy-token", "//npm.corp.test/:_authToken={u}"),
        ("pypi-token", "pypi-AgEIcHlwaS5vcmc{b120}"), ("nuget-api-key", "oy2{n43}"), ("rubygems-token", "rubygems_{h48}"), ("crates-io-token", "cio{a32}"), ("clojars-token", "CLOJARS_{h60}"), ("docker-hub-token", "dckr_pat_{b27}"),
        ("docker-registry-auth", "\"auth\": \"{pair}\""), ("jfrog-api-key", "AKCp{a69}"), ("circleci-token", "CCIPAT_{a22}_{h40}"), ("buildkite-token", "bkua_{h40}"), ("sourcegraph-token", "sgp_{h40}"), ("sonarqube-token", "squ_{h40}"),
        ("prefect-token", "pnu_{a36}"), ("netlify-token", "nfp_{a36}"), ("postman-api-key", "PMAK-{h24}-{h34}"), ("snyk-token", "SNYK_TOKEN={u}"), ("codecov-token", "CODECOV_TOKEN={u}"),
        ("slack-bot-token", "xoxb-{d12}-{d12}-{a24}"), ("slack-user-token", "xoxp-{d12}-{d12}-{d12}-{h32}"), ("slack-legacy-token", "xoxs-{d10}-{d10}-{d10}-{h10}"), ("slack-app-token", "xapp-1-{A11}-{d13}-{h64}"),
        ("slack-webhook", "https://hooks.slack.com/services/T{A9}/B{A9}/{a24}"), ("teams-webhook", "https://acme.webhook.office.com/webhookb2/{u}@{u}/IncomingWebhook/{h32}/{u}"),
        ("discord-webhook", "https://discord.com/api/webhooks/{d18}/{b68}"), ("discord-bot-token", "DISCORD_TOKEN={discord}"), ("telegram-bot-token", "{d10}:AA{b33}"), ("sendgrid-api-key", "SG.{b22}.{b43}"),
        ("brevo-api-key", "xkeysib-{h64}-{a16}"), ("mailgun-api-key", "key-{h32}"), ("mailchimp-api-key", "{h32}-us12"), ("twilio-api-key", "SK{h32}"), ("twilio-auth-token", "TWILIO_AUTH_TOKEN={h32}"), ("resend-api-key", "re_{a8}_{a24}"),
        ("stripe-secret-key", "sk_live_{a24}"), ("stripe-secret-key", "rk_live_{a99}"), ("stripe-test-key", "sk_test_{a24}"), ("stripe-webhook-secret", "whsec_{a32}"), ("square-access-token", "sq0atp-{b22}"), ("square-oauth-secret", "sq0csp-{b43}"),
        ("paypal-braintree-token", "access_token$production${n16}${h32}"), ("shopify-token", "shpat_{h32}"), ("flutterwave-key", "FLWSECK-{h32}-X"), ("shippo-token", "shippo_live_{h40}"), ("easypost-key", "EZAK{a54}"),
        ("duffel-token", "duffel_live_{b43}"), ("hubspot-token", "pat-na1-{u}"),
        ("openai-api-key", "sk-{a20}T3BlbkFJ{a20}"), ("openai-api-key", "sk-proj-{b74}T3BlbkFJ{b74}"), ("anthropic-api-key", "sk-ant-api03-{b93}AA"), ("openrouter-api-key", "sk-or-v1-{h64}"), ("huggingface-token", "hf_{l34}"),
        ("groq-api-key", "gsk_{a52}"), ("xai-api-key", "xai-{a80}"), ("perplexity-api-key", "pplx-{a48}"), ("replicate-token", "r8_{a37}"), ("langsmith-key", "lsv2_pt_{h32}_{h10}"), ("pinecone-key", "pcsk_{a5}_{a63}"),
        ("linear-api-key", "lin_api_{a40}"), ("notion-token", "ntn_{d11}{a35}"), ("notion-token", "secret_{a43}"), ("figma-token", "figd_{b40}"), ("airtable-token", "AIRTABLE_TOKEN=pat{a14}.{h64}"), ("asana-token", "ASANA_TOKEN=1/{d16}:{h32}"),
        ("okta-api-token", "OKTA_API_TOKEN=00{b40}"), ("typeform-token", "tfp_{b59}"), ("readme-api-key", "rdme_{n70}"), ("contentful-token", "CFPAT-{b43}"), ("mapbox-secret-token", "sk.eyJ{a80}.{b22}"), ("adafruit-io-key", "aio_{l4}{d2}{a22}"),
        ("infracost-key", "ico-{a32}"), ("launchdarkly-key", "sdk-{u}"), ("jwt", "{jwt}"),
        ("private-key-rsa", "{pem:RSA}"), ("private-key-ec", "{pem:EC}"), ("private-key-pkcs8", "{pem:PKCS8}"), ("private-key-encrypted", "{pem:ENCRYPTED}"),
        ("postgres-url", "postgres://app:{a16}@db:5432/shop"), ("mysql-url", "mysql://app:{a16}@db/shop"), ("mongodb-url", "mongodb+srv://app:{a16}@cluster0.mongodb.net/shop"), ("redis-url", "redis://:{a16}@cache:6379/0"),
        ("amqp-url", "amqps://app:{a16}@mq/vhost"), ("sqlserver-url", "sqlserver://sa:{a16}@db:1433"), ("basic-auth-url", "https://ada:{a16}@git.internal/repo.git"), ("database-connection-string", "Server=db;Database=shop;User Id=app;Password={a16};Encrypt=true"),
        ("netrc-password", "machine git.internal login ada password {a16}"), ("basic-auth-header", "Authorization: Basic {pair}"), ("bearer-token", "Authorization: Bearer {a40}"),
        ("password", "db_password = \"{a9}!{d3}\""), ("password", "<password>{a6}#{a6}{d2}</password>"), ("generic-secret", "\"clientSecret\": \"{a32}\""), ("generic-secret", "export SESSION_TOKEN={a40}"), ("generic-secret", "<add key=\"ApiKey\" value=\"{a32}\" />"),
    ];

    private static readonly string[] s_lookAlikes =
    [
        "password = \"${DB_PASSWORD}\"", "password: {{ .Values.password }}", "token: <your-token>", "api_key = \"your-api-key-here\"", "secret = \"changeme\"", "password=xxxxxxxxxxxx", "SECRET_KEY=$(openssl rand -hex 32)",
        "token = os.environ[\"API_TOKEN\"]", "apiKey: process.env.API_KEY,", "id = \"{u}\"", "tokenId: \"{u}\"", "commit = \"{h40}\"", "token_hash = \"{h64}\"", "\"integrity\": \"sha512-{s86}==\"", "resolved \"https://npm.corp.test/a/-/a-1.0.0.tgz#{h40}\"",
        "<img src=\"data:image/png;base64,iVBORw0KGgo{s200}\">", "src=\"data:font/woff2;base64,d09GMgAB{s400}\"", "ghp_{a36}", "npm_{a36}", "AKIA{n16}", "AKIA{A8}", "glpat-{b12}", "eyJ{a40}.eyJ{a40}.{a43}", "-----BEGIN PUBLIC KEY-----\\n{s64}\\n-----END PUBLIC KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----", "-----BEGIN CERTIFICATE-----{s64}", "https://example.com/path?token=abc", "https://user@host/path", "http://localhost:8080/@scope/pkg", "postgres://user:password@localhost/db", "postgres://app:${PASS}@db/shop",
        "public string Password { get; set; }", "CancellationToken cancellationToken = default)", "var token = lexer.NextToken2();", "password_field = \"login-password-1\"", "tokenType: \"Bearer\"", "token_url = \"https://auth.internal/oauth2/token\"",
        "PublicKeyToken=b77a5c561934e089", "secretName: orders-db-credentials-2", "password_hash = \"$2b$12${a53}\"", "sk-learn-{l20}", "task-{a20}", "SG.{a10}", "sha256:{h64}", "\"sha1\": \"{h40}\"", "cHash{a32}", "0x{h64}", "ssh-rsa AAAAB3NzaC1yc2E{s300} ada@host",
        "Server=db;Database=shop;Integrated Security=true", "key-{l12}", "xoxb-not-a-token", "Bearer realm=\"api\", charset=\"UTF-8\"", "auth: { username, password }", "passwordStrength: \"very-strong-2\"", "etag = \"W/\\\"{h32}\\\"\"", "trace={h32} span={h16}",
        "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "Authorization: Basic <credentials>", "--password $DB_PASSWORD", "password = getpass.getpass()", "monkey = \"banana-split-7\"", "/* {s400} */",
    ];

    private static readonly string[] s_clean =
    [
        "using System.Text;", "return cache.TryGetValue(key, out var value) ? value : null;", "The token bucket refills ten times a second; a password is never stored.", "for i in range(10): print(i)", "SELECT password_changed_at FROM users;",
        "const passwordInput = document.querySelector('#password');", "## API keys and how to rotate them", "if (token.Kind == SyntaxKind.IdentifierToken) { Advance(); }",
    ];

    private static string Expand(string template, Random random) => Part().Replace(template, m =>
    {
        var count = m.Groups["n"].Value is { Length: > 0 } n ? int.Parse(n, CultureInfo.InvariantCulture) : 0;
        string Of(string alphabet, int length) => random.GetString(alphabet, length);
        return m.Groups["what"].Value switch
        {
            "a" => Of(Base62, count),
            "b" => Of(Base62, 1) + Of(Base62 + "_-", count - 2) + Of(Base62, 1),
            "h" => Of("0123456789abcdef", count),
            "H" => Of("0123456789ABCDEF", count),
            "d" => Of("123456789", 1) + Of("0123456789", count - 1),
            "l" => Of(Base62[10..], count),
            "n" => Of("0123456789abcdefghijklmnopqrstuvwxyz", count),
            "A" => Of(Base62[..36], count),
            "t" => Of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", count),
            "s" => Of(Base62, 1) + Of(Base62 + "+/", count - 2) + Of(Base62, 1),
            "u" => $"{Of("0123456789abcdef", 8)}-{Of("0123456789abcdef", 4)}-4{Of("0123456789abcdef", 3)}-a{Of("0123456789abcdef", 3)}-{Of("0123456789abcdef", 12)}",
            "aws" => AwsIdentifier(random.NextInt64(100_000_000_000, 999_999_999_999), random),
            "crc" => WithCrc(Of(Base62, count)),
            "json" => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{{\"o\":\"{random.Next(100_000, 999_999)}\",\"n\":\"{Of(Base62, count)}\"}}")).TrimEnd('='),
            "pair" => Convert.ToBase64String(Encoding.UTF8.GetBytes($"ada:{Of(Base62, 14)}")),
            "jwt" => $"{Url("{\"alg\":\"HS256\",\"typ\":\"JWT\"}")}.{Url($"{{\"sub\":\"{random.Next(1000, 9999)}\"}}")}.{Of(Base62, 43)}",
            "discord" => $"{Url($"{(char)('4' + random.Next(2))}{Of("0123456789", 17)}")}.{Of(Base62, 6)}.{Of(Base62, 38)}",
            "age" => AgeKey(random),
            "pem" => Pem(m.Groups["kind"].Value),
            var other => throw new InvalidOperationException(other),
        };
    });

    /// <summary>The account is bits 1 to 40 of the 80 that sixteen base 32 characters hold.</summary>
    private static string AwsIdentifier(long account, Random random)
    {
        var bits = "1" + Convert.ToString(account, 2).PadLeft(40, '0') + string.Concat(Enumerable.Range(0, 39).Select(_ => random.Next(2)));
        return string.Concat(Enumerable.Range(0, 16).Select(i => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[Convert.ToInt32(bits.Substring(5 * i, 5), 2)]));
    }

    /// <summary>CRC-32 bit by bit, unlike the table that the scanner uses.</summary>
    private static string WithCrc(string body)
    {
        var crc = 0xFFFFFFFFu;
        foreach (var b in Encoding.ASCII.GetBytes(body))
        {
            crc ^= b;
            for (var i = 0; i < 8; i++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320u : crc >> 1;
            }
        }

        var (number, check) = (~crc, "");
        for (var i = 0; i < 6; i++, number /= 62)
        {
            check = Base62[(int)(number % 62)] + check;
        }

        return body + check;
    }

    /// <summary>BIP 173: 32 bytes as 52 five-bit groups, and six of checksum.</summary>
    private static string AgeKey(Random random)
    {
        const string alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
        const string prefix = "age-secret-key-";
        int[] data = [.. Enumerable.Range(0, 52).Select(_ => random.Next(32))];
        int[] expanded = [.. prefix.Select(c => c >> 5), 0, .. prefix.Select(c => c & 31), .. data, 0, 0, 0, 0, 0, 0];
        long[] generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
        long polymod = 1;
        foreach (var value in expanded)
        {
            var top = polymod >> 25;
            polymod = ((polymod & 0x1ffffff) << 5) ^ value;
            polymod = Enumerable.Range(0, 5).Where(i => ((top >> i) & 1) == 1).Aggregate(polymod, (p, i) => p ^ generator[i]);
        }

        polymod ^= 1;
        return (prefix + "1" + string.Concat(data.Concat(Enumerable.Range(0, 6).Select(i => (int)(polymod >> (5 * (5 - i))) & 31)).Select(i => alphabet[i]))).ToUpperInvariant();
    }

    private static string Pem(string kind)
    {
        using var rsa = RSA.Create(1024);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pem = kind switch
        {
            "RSA" => rsa.ExportRSAPrivateKeyPem(),
            "EC" => ec.ExportECPrivateKeyPem(),
            "PKCS8" => rsa.ExportPkcs8PrivateKeyPem(),
            _ => rsa.ExportEncryptedPkcs8PrivateKeyPem("opensesame", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)),
        };
        return pem.Replace("\n", @"\n", StringComparison.Ordinal);
    }

    private static string Url(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    [GeneratedRegex(@"\{(?:(?<what>pem):(?<kind>[A-Z0-9]+)|(?<what>aws|crc|json|pair|jwt|discord|age|[abhHdlnAtsu])(?<n>[0-9]*))\}")]
    private static partial Regex Part();
}
