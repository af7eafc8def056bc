namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>Tokens with a shape of their own. The order does not matter; the more confident and the longer match wins.</summary>
internal static class TokenKinds
{
    public static IReadOnlyList<TokenKind> All { get; } = [.. CloudTokens.All, .. CodeHostTokens.All, .. ServiceTokens.All, .. PlatformTokens.All];
}

/// <summary>Clouds, infrastructure and observability.</summary>
internal static class CloudTokens
{
    public static IReadOnlyList<TokenKind> All { get; } =
    [
        new("aws-access-key-id", "AKIA ASIA ABIA ACCA", "A(?:KIA|SIA|BIA|CCA)[A-Z2-7]{16}", "IAM console: deactivate the access key, then delete it and read CloudTrail for its use.") { Check = Verdicts.AwsKey },
        new("aws-bedrock-api-key", "ABSKQmVkcm9ja0FQSUtleS", "ABSKQmVkcm9ja0FQSUtleS[A-Za-z0-9+/]{90,256}={0,2}", "IAM console: delete the Bedrock service-specific credential."),
        new("google-api-key", "AIza", "AIza[0-9A-Za-z_-]{35}", "Google Cloud console, APIs and services, Credentials: delete the key."),
        new("google-oauth-client-secret", "GOCSPX-", "GOCSPX-[0-9A-Za-z_-]{28}", "Google Cloud console, Credentials: reset the client secret."),
        new("google-oauth-access-token", "ya29.", @"ya29\.[0-9A-Za-z_-]{30,1000}", "POST it to https://oauth2.googleapis.com/revoke; it expires within an hour."),
        new("azure-ad-client-secret", "8Q~ 7Q~", "[0-9A-Za-z_~.]{3}[78]Q~[0-9A-Za-z_~.-]{31,34}", "Entra ID, App registrations, Certificates and secrets: delete the client secret.") { Before = 3 },
        new("azure-devops-token", "AZDO", "[0-9A-Za-z]{76}AZDO[0-9A-Za-z]{4}", "Azure DevOps, User settings, Personal access tokens: revoke.") { Before = 76, Inside = true },
        new("alibaba-access-key-id", "LTAI", "LTAI[0-9A-Za-z]{16,24}", "Alibaba Cloud RAM console: disable and delete the AccessKey pair."),
        new("digitalocean-token", "dop_v1_ doo_v1_ dor_v1_", "do[opr]_v1_[0-9a-f]{64}", "DigitalOcean control panel, API: delete the token."),
        new("cloudflare-origin-ca-key", "v1.0-", "v1[.]0-[0-9a-f]{24}-[0-9a-f]{146}", "Cloudflare dashboard, My profile, API tokens: change the Origin CA key."),
        new("fly-io-token", "fo1_ fm1r_ fm2_", "(?:fo1_[0-9A-Za-z_-]{43}|fm1r_[0-9A-Za-z+/]{100,800}={0,3}|fm2_[0-9A-Za-z+/]{100,800}={0,3})", "flyctl tokens revoke."),
        new("heroku-api-key", "HRKU-", "HRKU-AA[0-9A-Za-z_-]{58}", "Heroku dashboard, Account settings: regenerate the API key."),
        new("vault-token", "hvs. hvb. hvr.", @"hv[sbr]\.[0-9A-Za-z_-]{24,300}", "vault token revoke."),
        new("terraform-cloud-token", ".atlasv1.", @"[0-9A-Za-z]{14}\.atlasv1\.[0-9A-Za-z_=-]{60,70}", "HCP Terraform, User settings, Tokens: delete.") { Before = 14 },
        new("pulumi-token", "pul-", "pul-[0-9a-f]{40}", "Pulumi console, Access tokens: delete."),
        new("databricks-token", "dapi", "dapi[0-9a-f]{32}(?:-[0-9])?", "Databricks workspace, User settings, Access tokens: revoke."),
        new("planetscale-token", "pscale_", @"pscale_(?:tkn|pw|oauth)_[0-9A-Za-z=._-]{32,64}", "PlanetScale dashboard: delete the password or service token."),
        new("supabase-token", "sbp_ sb_secret_", "sb(?:p_[0-9a-f]{40}|_secret_[0-9A-Za-z_-]{22,64})", "Supabase dashboard, Access tokens or API keys: revoke."),
        new("openshift-token", "sha256~", "sha256~[0-9A-Za-z_-]{43}", "oc delete oauthaccesstoken, or log the session out."),
        new("tailscale-key", "tskey-", "tskey-[a-z]{2,9}-[0-9A-Za-z]{8,20}-[0-9A-Za-z]{20,40}", "Tailscale admin console, Settings, Keys: revoke."),
        new("doppler-token", "dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit.", @"dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[a-z0-9_-]{2,35}\.)?[0-9A-Za-z]{40,44}", "Doppler dashboard, Tokens: revoke."),
        new("age-secret-key", "AGE-SECRET-KEY-1", "AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}", "Make a new identity with age-keygen and re-encrypt every file to it.") { Check = Verdicts.Bech32 },
        new("one-password-service-token", "ops_eyJ", "ops_eyJ[0-9A-Za-z+/_-]{250,2000}={0,3}", "1Password, Developer, Service accounts: revoke the token."),
        new("grafana-cloud-token", "glc_eyJ", "glc_eyJ[0-9A-Za-z+/]{32,400}={0,3}", "Grafana Cloud portal, Access policies: delete the token.") { Check = Verdicts.JsonAfter("glc_") },
        new("grafana-service-account-token", "glsa_", "glsa_[0-9A-Za-z]{32}_[0-9A-Fa-f]{8}", "Grafana, Administration, Service accounts: delete the token."),
        new("sentry-org-token", "sntrys_eyJ", "sntrys_eyJ[0-9A-Za-z+/=]{40,400}_[0-9A-Za-z+/]{43}", "Sentry, Organization settings, Auth tokens: revoke.") { Check = Verdicts.JsonAfter("sntrys_") },
        new("sentry-user-token", "sntryu_", "sntryu_[0-9a-f]{64}", "Sentry, User settings, Auth tokens: revoke."),
        new("new-relic-user-key", "NRAK-", "NRAK-[0-9A-Z]{27}", "New Relic, API keys: delete the user key."),
        new("new-relic-browser-key", "NRJS-", "NRJS-[0-9a-f]{19}", "New Relic, API keys: delete the browser key."),
        new("new-relic-insert-key", "NRII-", "NRII-[0-9A-Za-z_-]{32}", "New Relic, API keys: delete the insert key."),
        new("new-relic-licence-key", "NRAL", "[0-9a-f]{36}NRAL", "New Relic, API keys: delete the licence key.") { Before = 36, Inside = true },
        new("dynatrace-token", "dt0c01. dt0s01. dt0s16.", @"dt0[cs](?:01|16)\.[A-Z2-7]{24}\.[A-Z2-7]{64}", "Dynatrace, Access tokens: revoke."),
        new("harness-token", "pat.", @"pat\.[0-9A-Za-z_-]{22}\.[0-9a-f]{24}\.[0-9A-Za-z]{20}", "Harness, My profile: delete the token."),
    ];
}

/// <summary>Code hosts, build services and package registries.</summary>
internal static class CodeHostTokens
{
    public static IReadOnlyList<TokenKind> All { get; } =
    [
        new("github-personal-access-token", "ghp_", "ghp_[0-9A-Za-z]{36}", "GitHub, Settings, Developer settings, Personal access tokens: delete.") { Check = Verdicts.Crc32 },
        new("github-oauth-token", "gho_", "gho_[0-9A-Za-z]{36}", "GitHub, Settings, Applications: revoke the OAuth application's access.") { Check = Verdicts.Crc32 },
        new("github-user-to-server-token", "ghu_", "ghu_[0-9A-Za-z]{36}", "GitHub, Settings, Applications: revoke the GitHub App's authorisation.") { Check = Verdicts.Crc32 },
        new("github-server-to-server-token", "ghs_", "ghs_[0-9A-Za-z]{36}", "DELETE /installation/token with the token; it expires within an hour.") { Check = Verdicts.Crc32IfAny },
        new("github-refresh-token", "ghr_", "ghr_[0-9A-Za-z]{36,76}", "GitHub, Settings, Applications: revoke the GitHub App's authorisation.") { Check = Verdicts.Crc32 },
        new("github-fine-grained-token", "github_pat_", "github_pat_[0-9A-Za-z]{22}_[0-9A-Za-z]{59}", "GitHub, Settings, Developer settings, Fine-grained tokens: delete."),
        new("gitlab-personal-access-token", "glpat-", "glpat-[0-9A-Za-z_-]{20,300}(?:[.][0-9a-z]{2}[.][0-9a-z]{7,9})?", "GitLab, Preferences, Access tokens: revoke."),
        new("gitlab-deploy-token", "gldt-", "gldt-[0-9A-Za-z_-]{20}", "GitLab, Settings, Repository, Deploy tokens: revoke."),
        new("gitlab-runner-token", "glrt- GR1348941", "(?:glrt-[0-9A-Za-z_-]{20,60}|GR1348941[0-9A-Za-z_-]{20})", "GitLab, Settings, CI/CD, Runners: reset the token."),
        new("gitlab-trigger-token", "glptt-", "glptt-[0-9a-f]{40}", "GitLab, Settings, CI/CD, Pipeline trigger tokens: revoke."),
        new("gitlab-other-token", "glcbt- glagent- glsoat- glft- glimt- glffct-", "gl(?:cbt|agent|soat|ft|imt|ffct)-[0-9A-Za-z_-]{20,70}", "GitLab: revoke the token where it was made."),
        new("bitbucket-app-password", "ATBB", "ATBB[0-9A-Za-z]{24}[0-9A-F]{8}", "Bitbucket, Personal settings, App passwords: revoke."),
        new("atlassian-api-token", "ATATT3xFfGF0 ATCTT3xFfGN0", "AT(?:ATT3xFfGF0|CTT3xFfGN0)[0-9A-Za-z_=-]{140,400}", "id.atlassian.com, Security, API tokens: revoke."),
        new("npm-token", "npm_", "npm_[0-9A-Za-z]{36}", "npm token revoke, or npmjs.com, Access tokens.") { Check = Verdicts.Crc32 },
        new("pypi-token", "pypi-AgEIcHlwaS5vcmc pypi-AgENdGVzdC5weXBpLm9yZw", "pypi-(?:AgEIcHlwaS5vcmc|AgENdGVzdC5weXBpLm9yZw)[0-9A-Za-z_-]{50,1000}", "pypi.org, Account settings, API tokens: remove.") { Check = Verdicts.Random(3.5) },
        new("nuget-api-key", "oy2", "oy2[0-9a-z]{43}", "The gallery's page of API keys: delete or regenerate it.") { Check = Verdicts.Random(3.2) },
        new("rubygems-token", "rubygems_", "rubygems_[0-9a-f]{48}", "rubygems.org, Settings, API keys: delete."),
        new("crates-io-token", "cio", "cio[0-9A-Za-z]{32}", "crates.io, Account settings, API tokens: revoke.") { Check = Verdicts.Random(3.5) },
        new("clojars-token", "CLOJARS_", "CLOJARS_[0-9a-f]{60}", "clojars.org, Deploy tokens: disable."),
        new("docker-hub-token", "dckr_pat_ dckr_oat_", "dckr_(?:pat_[0-9A-Za-z_-]{27}|oat_[0-9A-Za-z_-]{32})", "hub.docker.com, Account settings, Personal access tokens: delete."),
        new("jfrog-api-key", "AKCp", "AKCp[0-9A-Za-z]{69}", "JFrog platform, User profile: revoke the API key."),
        new("jfrog-reference-token", "cmVmdGtuO", "cmVmdGtuO[0-9A-Za-z]{55}", "JFrog platform, Access tokens: revoke."),
        new("circleci-token", "CCIPAT_ CCIPRJ_", "CCI(?:PAT|PRJ)_[0-9A-Za-z]{22}_[0-9a-f]{40}", "CircleCI, User settings, Personal API tokens: delete."),
        new("buildkite-token", "bkua_", "bkua_[0-9a-f]{40}", "Buildkite, Personal settings, API access tokens: revoke."),
        new("sourcegraph-token", "sgp_", "sgp_(?:[0-9a-f]{16}_|local_)?[0-9a-f]{40}", "Sourcegraph, Settings, Access tokens: delete."),
        new("sonarqube-token", "squ_ sqp_ sqa_", "sq[upa]_[0-9a-f]{40}", "SonarQube, My account, Security: revoke."),
        new("prefect-token", "pnu_", "pnu_[0-9A-Za-z]{36}", "Prefect Cloud, API keys: delete."),
        new("netlify-token", "nfp_ nfc_", "nf[pc]_[0-9A-Za-z]{36}", "Netlify, User settings, Applications: revoke."),
        new("postman-api-key", "PMAK-", "PMAK-[0-9a-f]{24}-[0-9a-f]{34}", "Postman, Settings, API keys: revoke."),
    ];
}
