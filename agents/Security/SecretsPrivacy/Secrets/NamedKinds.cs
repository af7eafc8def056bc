namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>Credentials without a prefix: the provider's name in the variable and the value's exact shape give them away together.</summary>
internal static class NamedKinds
{
    private const string Hex32 = "[0-9a-f]{32}";
    private const string Uuid = "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}";

    public static IReadOnlyList<NamedKind> All { get; } =
    [
        new("aws-secret-access-key", "aws+secret secretaccesskey aws+key", "[0-9A-Za-z/+]{40}", "IAM console: deactivate the access key that it belongs to, then delete it.") { Check = Verdicts.Random(4.0) },
        new("aws-session-token", "aws+session+token", "[0-9A-Za-z/+=]{200,2000}", "IAM console: revoke the role's active sessions.") { Check = Verdicts.Random(4.0) },
        new("azure-storage-key", "accountkey storage+key", "[0-9A-Za-z+/]{86}==", "Azure portal, Storage account, Access keys: rotate.") { Check = Verdicts.Random(4.0) },
        new("azure-shared-access-key", "sharedaccesskey", "[0-9A-Za-z+/]{43}=", "Azure portal, Shared access policies: regenerate the key.") { Check = Verdicts.Random(4.0) },
        new("azure-batch-or-cosmos-key", "cosmos+key batch+key", "[0-9A-Za-z+/]{86}==", "Azure portal, Keys: regenerate.") { Check = Verdicts.Random(4.0) },
        new("heroku-api-key", "heroku", Uuid, "Heroku dashboard, Account settings: regenerate the API key."),
        new("cloudflare-api-token", "cloudflare+token cf+token", "[0-9A-Za-z_-]{40}", "Cloudflare dashboard, My profile, API tokens: roll.") { Check = Verdicts.Random(3.5) },
        new("cloudflare-global-key", "cloudflare+key cf+key", "[0-9a-f]{37}", "Cloudflare dashboard, My profile, API keys: change the global key."),
        new("datadog-api-key", "datadog+key ddapi dd+apikey", Hex32, "Datadog, Organization settings, API keys: revoke."),
        new("datadog-app-key", "datadog+app ddapp", "[0-9a-f]{40}", "Datadog, Organization settings, Application keys: revoke."),
        new("twilio-auth-token", "twilio", Hex32, "Twilio console, Account: rotate the auth token."),
        new("discord-bot-token", "discord token", @"[MNO][0-9A-Za-z_-]{22,27}\.[0-9A-Za-z_-]{6}\.[0-9A-Za-z_-]{27,40}", "Discord developer portal, Bot: reset the token.") { Check = Verdicts.DiscordBot },
        new("asana-token", "asana", "[0-9]/[0-9]{16}(?:/[0-9]{16})?:[0-9a-f]{32}", "Asana developer console: revoke the token."),
        new("okta-api-token", "okta", "00[0-9A-Za-z_-]{40}", "Okta admin console, Security, API, Tokens: revoke.") { Check = Verdicts.Random(3.5) },
        new("mailgun-api-key", "mailgun", "[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}", "Mailgun, API security: delete the key."),
        new("airtable-token", "airtable", @"(?:pat[0-9A-Za-z]{14}\.[0-9a-f]{64}|key[0-9A-Za-z]{14})", "airtable.com, Developer hub, Personal access tokens: delete."),
        new("algolia-admin-key", "algolia", Hex32, "Algolia dashboard, API keys: regenerate."),
        new("fastly-token", "fastly", "[0-9A-Za-z_-]{32}", "Fastly, Account, API tokens: delete.") { Check = Verdicts.Random(3.5) },
        new("pagerduty-token", "pagerduty", "[0-9A-Za-z_+-]{20}", "PagerDuty, API access keys: delete.") { Check = Verdicts.Random(3.2) },
        new("snyk-token", "snyk", Uuid, "Snyk, Account settings: revoke and regenerate."),
        new("codecov-token", "codecov", Uuid, "Codecov, repository settings: regenerate the upload token."),
        new("travis-token", "travis", "[0-9A-Za-z_-]{22}", "Travis CI, Settings: regenerate the token.") { Check = Verdicts.Random(3.2) },
        new("linkedin-client-secret", "linkedin+secret", "[0-9A-Za-z]{16}", "LinkedIn developer portal, Auth: generate a new secret.") { Check = Verdicts.Random(3.0) },
        new("twitter-api-secret", "twitter+secret", "[0-9A-Za-z]{45,50}", "X developer portal, Keys and tokens: regenerate.") { Check = Verdicts.Random(3.5) },
        new("facebook-app-secret", "facebook+secret fb+secret", Hex32, "Meta for Developers, App settings, Basic: reset the app secret."),
        new("alibaba-access-key-secret", "alibaba+secret aliyun+secret alicloud+secret", "[0-9A-Za-z]{30}", "Alibaba Cloud RAM console: disable and delete the AccessKey pair.") { Check = Verdicts.Random(3.5) },
        new("gcp-service-account-key", "privatekeyid", "[0-9a-f]{40}", "Google Cloud console, IAM, Service accounts, Keys: delete the key with this id."),
        new("docker-registry-auth", "=auth", "[0-9A-Za-z+/]{8,400}={0,2}", "Change the registry password that the base 64 holds, then log in again with a credential store.") { Check = Verdicts.BasicPair },
        new("npm-legacy-token", "=authtoken", Uuid, "npm token revoke, or npmjs.com, Access tokens."),
    ];
}
