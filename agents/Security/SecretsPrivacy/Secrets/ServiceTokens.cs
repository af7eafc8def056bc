namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>Chat, mail, payment and shops.</summary>
internal static class ServiceTokens
{
    public static IReadOnlyList<TokenKind> All { get; } =
    [
        new("slack-bot-token", "xoxb-", "xoxb-[0-9]{10,13}-(?:[0-9]{10,13}-)?[0-9A-Za-z]{18,32}", "api.slack.com, Your apps, OAuth: revoke all tokens, or auth.revoke."),
        new("slack-user-token", "xoxp- xoxe-", "xox[pe]-(?:[0-9]{10,13}-){2,3}[0-9A-Za-z]{24,64}", "Slack auth.revoke with the token."),
        new("slack-legacy-token", "xoxa- xoxr- xoxo- xoxs-", "xox[aros]-(?:[0-9]-)?(?:[0-9]{8,13}-){0,3}[0-9A-Za-z]{10,64}", "Slack auth.revoke with the token."),
        new("slack-app-token", "xapp-", "xapp-[0-9]-[0-9A-Z]{9,13}-[0-9]{10,16}-[0-9a-f]{64}", "api.slack.com, Your apps, App-level tokens: revoke."),
        new("slack-config-token", "xoxe.xox", @"xoxe\.xox[bp]-[0-9]-[0-9A-Za-z]{146,180}", "api.slack.com, Your apps: revoke the configuration token."),
        new("slack-webhook", "hooks.slack.com/", "hooks[.]slack[.]com/(?:services|workflows|triggers)/[0-9A-Za-z]{8,13}/[0-9A-Za-z]{8,20}/[0-9A-Za-z]{20,32}", "api.slack.com, Your apps, Incoming webhooks: remove."),
        new("teams-webhook", ".webhook.office.com/", @"\.webhook\.office\.com/webhookb2/[0-9a-f-]{36}@[0-9a-f-]{36}/IncomingWebhook/[0-9a-f]{32}/[0-9a-f-]{36}", "Teams channel, Connectors: remove the webhook.") { Inside = true },
        new("discord-webhook", "discord.com/api/webhooks/ discordapp.com/api/webhooks/", "discord(?:app)?[.]com/api/webhooks/[0-9]{17,20}/[0-9A-Za-z_-]{60,80}", "Discord, Channel settings, Integrations: delete the webhook."),
        new("telegram-bot-token", ":AA", "[0-9]{8,10}:AA[0-9A-Za-z_-]{33}", "BotFather: /revoke.") { Before = 10 },
        new("sendgrid-api-key", "SG.", @"SG\.[0-9A-Za-z_-]{22}\.[0-9A-Za-z_-]{43}", "SendGrid, Settings, API keys: delete."),
        new("brevo-api-key", "xkeysib- xsmtpsib-", "x(?:key|smtp)sib-[0-9a-f]{64}-[0-9A-Za-z]{16}", "Brevo, SMTP and API: delete the key."),
        new("mailgun-api-key", "key-", "key-[0-9a-f]{32}", "Mailgun, API security: delete the key."),
        new("mailgun-signing-key", "pubkey-", "pubkey-[0-9a-f]{32}", "Mailgun, API security: reset the verification key."),
        new("resend-api-key", "re_", "re_[0-9A-Za-z]{8}_[0-9A-Za-z]{24}", "Resend, API keys: delete."),
        new("mailchimp-api-key", "-us1 -us2 -us3 -us4 -us5 -us6 -us7 -us8 -us9", "[0-9a-f]{32}-us[0-9]{1,2}", "Mailchimp, Account, Extras, API keys: revoke.") { Before = 32 },
        new("twilio-api-key", "SK0 SK1 SK2 SK3 SK4 SK5 SK6 SK7 SK8 SK9 SKa SKb SKc SKd SKe SKf", "SK[0-9a-f]{32}", "Twilio console, API keys and tokens: delete."),
        new("stripe-secret-key", "sk_live_ rk_live_", "[rs]k_live_[0-9A-Za-z]{16,247}", "Stripe dashboard, Developers, API keys: roll the key."),
        new("stripe-test-key", "sk_test_ rk_test_", "[rs]k_test_[0-9A-Za-z]{16,247}", "Stripe dashboard, Developers, API keys (test mode): roll the key.") { Check = Verdicts.Random(2.8, Confidence.Low) },
        new("stripe-webhook-secret", "whsec_", "whsec_[0-9A-Za-z+/]{32,64}", "Stripe dashboard, Developers, Webhooks: roll the signing secret."),
        new("square-access-token", "sq0atp- EAAA", "(?:sq0atp-[0-9A-Za-z_-]{22}|EAAA[lE][0-9A-Za-z_-]{59})", "Square developer dashboard, Credentials: replace the token."),
        new("square-oauth-secret", "sq0csp-", "sq0csp-[0-9A-Za-z_-]{43}", "Square developer dashboard, OAuth: replace the secret."),
        new("paypal-braintree-token", "access_token$", @"access_token\$(?:production|sandbox)\$[0-9a-z]{16}\$[0-9a-f]{32}", "PayPal developer dashboard or Braintree control panel: regenerate."),
        new("shopify-token", "shpat_ shpca_ shppa_ shpss_", "shp(?:at|ca|pa|ss)_[0-9A-Fa-f]{32}", "Shopify admin, Apps: uninstall or rotate the app's credentials."),
        new("flutterwave-key", "FLWSECK", "FLWSECK(?:_TEST)?-[0-9A-Za-z]{12,34}(?:-X)?", "Flutterwave dashboard, API keys: regenerate."),
        new("shippo-token", "shippo_live_ shippo_test_", "shippo_(?:live|test)_[0-9a-f]{40}", "Shippo, Settings, API: regenerate."),
        new("easypost-key", "EZAK EZTK", "EZ[AT]K[0-9A-Za-z]{54}", "EasyPost, API keys: delete."),
        new("duffel-token", "duffel_live_ duffel_test_", "duffel_(?:live|test)_[0-9A-Za-z_=-]{43}", "Duffel dashboard, Access tokens: delete."),
        new("hubspot-token", "pat-na1- pat-eu1-", "pat-(?:na|eu)1-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "HubSpot, Settings, Private apps: rotate the token."),
        new("facebook-access-token", "EAACEdEose0cBA", "EAACEdEose0cBA[0-9A-Za-z]{20,300}", "Facebook: DELETE /me/permissions, or reset the app secret."),
        new("dropbox-token", "sl.u. sl.B", @"sl\.(?:u\.|B)[0-9A-Za-z_-]{130,1200}", "Dropbox app console: revoke; it expires within four hours."),
    ];
}

/// <summary>Model providers, team tools and other platforms.</summary>
internal static class PlatformTokens
{
    public static IReadOnlyList<TokenKind> All { get; } =
    [
        new("openai-api-key", "sk-", "sk-(?:(?:proj|svcacct|admin)-[0-9A-Za-z_-]{20,200}T3BlbkFJ[0-9A-Za-z_-]{20,200}|[0-9A-Za-z]{20}T3BlbkFJ[0-9A-Za-z]{20})", "platform.openai.com, API keys: revoke."),
        new("anthropic-api-key", "sk-ant-", "sk-ant-(?:api|admin)[0-9]{2}-[0-9A-Za-z_-]{80,110}AA", "console.anthropic.com, API keys: delete."),
        new("openrouter-api-key", "sk-or-v1-", "sk-or-v1-[0-9a-f]{64}", "openrouter.ai, Keys: delete."),
        new("huggingface-token", "hf_ api_org_", "(?:hf_|api_org_)[A-Za-z]{34}", "huggingface.co, Settings, Access tokens: invalidate."),
        new("groq-api-key", "gsk_", "gsk_[0-9A-Za-z]{52}", "console.groq.com, API keys: delete."),
        new("xai-api-key", "xai-", "xai-[0-9A-Za-z]{80}", "console.x.ai, API keys: delete."),
        new("perplexity-api-key", "pplx-", "pplx-[0-9A-Za-z]{48}", "perplexity.ai, Settings, API: delete the key."),
        new("replicate-token", "r8_", "r8_[0-9A-Za-z]{37}", "replicate.com, Account, API tokens: disable."),
        new("langsmith-key", "lsv2_", "lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}", "LangSmith, Settings, API keys: delete."),
        new("pinecone-key", "pcsk_", "pcsk_[0-9A-Za-z]{5,6}_[0-9A-Za-z]{63}", "Pinecone console, API keys: delete."),
        new("linear-api-key", "lin_api_ lin_oauth_", "lin_(?:api|oauth)_[0-9A-Za-z]{40,64}", "Linear, Settings, API: revoke."),
        new("notion-token", "ntn_ secret_", "(?:ntn_[0-9]{10,12}[0-9A-Za-z]{34,36}|secret_[0-9A-Za-z]{43})", "notion.so, My integrations: refresh the secret.") { Check = Verdicts.Random(3.5) },
        new("figma-token", "figd_", "figd_[0-9A-Za-z_-]{40,50}", "Figma, Settings, Security, Personal access tokens: revoke."),
        new("typeform-token", "tfp_", "tfp_[0-9A-Za-z_-]{44,60}", "Typeform, Account, Personal tokens: delete."),
        new("readme-api-key", "rdme_", "rdme_[0-9a-z]{70}", "ReadMe dashboard, API keys: delete."),
        new("contentful-token", "CFPAT-", "CFPAT-[0-9A-Za-z_-]{43}", "Contentful, Account settings, Tokens: revoke."),
        new("mapbox-secret-token", "sk.eyJ", @"sk\.eyJ[0-9A-Za-z_-]{40,200}\.[0-9A-Za-z_-]{20,30}", "account.mapbox.com, Access tokens: delete."),
        new("adafruit-io-key", "aio_", "aio_[A-Za-z]{4}[0-9]{2}[0-9A-Za-z]{22}", "io.adafruit.com, My key: regenerate."),
        new("infracost-key", "ico-", "ico-[0-9A-Za-z]{32}", "Infracost dashboard, Org settings: rotate the key."),
        new("frameio-token", "fio-u-", "fio-u-[0-9A-Za-z_=-]{64}", "Frame.io, Developer, Tokens: delete."),
        new("scalingo-token", "tk-us-", "tk-us-[0-9A-Za-z_-]{48}", "Scalingo dashboard, API tokens: revoke."),
        new("launchdarkly-key", "sdk- mob- api-", "(?:sdk|mob|api)-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", "LaunchDarkly, Account settings: reset the key."),
        new("jwt", "eyJ", @"eyJ[0-9A-Za-z_-]{10,3000}\.eyJ[0-9A-Za-z_-]{10,3000}\.[0-9A-Za-z_-]{10,1000}", "Rotate the signing key, or end the session that the token belongs to.") { Check = Verdicts.Jwt },
    ];
}
