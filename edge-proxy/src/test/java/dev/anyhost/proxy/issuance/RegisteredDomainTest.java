package dev.anyhost.proxy.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegisteredDomainTest {

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
        assertThat(RegisteredDomain.of(Hostname.parse(host).orElseThrow())).isEqualTo(domain);
    }
}
