package dev.anyhost.infra.stack;

import java.nio.file.Path;

/** What the build of {@code domain-verifier-lambda} leaves for Lambda. */
public record LambdaPackages(Path ask, Path domains) {

    static final String ASK_HANDLER = "dev.anyhost.verifier.AskHandler";
    static final String DOMAINS_HANDLER = "dev.anyhost.verifier.api.DomainsHandler";
    static final String CHECK_HANDLER = "dev.anyhost.verifier.check.CheckHandler";

    /** In the module's folder {@code target}. */
    public static LambdaPackages in(Path target) {
        return new LambdaPackages(target.resolve("lambda-ask.zip"), target.resolve("lambda-domains.zip"));
    }
}
