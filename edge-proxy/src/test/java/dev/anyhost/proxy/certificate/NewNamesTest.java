package dev.anyhost.proxy.certificate;

import static dev.anyhost.proxy.certificate.Cluster.hostname;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NewNamesTest {

    @ParameterizedTest
    @CsvSource({
        "shop.customer.com,        customer.com",
        "a.b.c.customer.com,       customer.com",
        "customer.com,             customer.com",
        "shop.customer.co.uk,      customer.co.uk",
        "co.uk,                    co.uk",
        "shop.github.io,           shop.github.io",
        "a.shop.github.io,         shop.github.io",
        "shop.customer.example,    customer.example",
        "a.b.customer.example,     customer.example",
        "customer.test,            customer.test",
        "xn--bcher-kva.example,    xn--bcher-kva.example",
    })
    void registeredDomain_isOneLabelBelowAPublicSuffix(String host, String domain) {
        assertThat(NewNames.registeredDomain(hostname(host))).isEqualTo(domain);
    }
}
