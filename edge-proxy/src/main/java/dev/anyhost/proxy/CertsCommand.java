package dev.anyhost.proxy;

import picocli.CommandLine.Command;

/** {@code anyhost certs}: the certificate store from a terminal. */
@Command(
        name = "certs",
        description = "Looks into the certificate store, fills it from elsewhere, and writes it to files.",
        mixinStandardHelpOptions = true,
        subcommands = {
            ListCertificates.class,
            ShowCertificate.class,
            RenewCertificate.class,
            ShowBudget.class,
            ImportCertificates.class,
            ExportCertificates.class
        })
public final class CertsCommand {}
