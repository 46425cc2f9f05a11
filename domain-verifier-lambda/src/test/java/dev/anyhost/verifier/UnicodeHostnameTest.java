package dev.anyhost.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnicodeHostnameTest {

    @ParameterizedTest
    @CsvSource({
        "Shop.Example, shop.example",
        "b\u00fccher.example, xn--bcher-kva.example",
        "B\u00dcCHER.Example., xn--bcher-kva.example",
        "bu\u0308cher.example, xn--bcher-kva.example",
        "fa\u00df.example, xn--fa-hia.example",
        "\u4f8b\u3048.\u30c6\u30b9\u30c8, xn--r8jz45g.xn--zckzah",
        "shop\u3002example, shop.example",
        "\uff53\uff48\uff4f\uff50.example, shop.example",
        "xn--bcher-kva.example, xn--bcher-kva.example",
        "xn--b\u00fccher.example, ''",
        "\u212aelvin.example, kelvin.example"
    })
    void hostname_inASCII(String text, String ascii) {
        assertThat(UnicodeHostname.parse(text).map(Hostname::value).orElse("")).isEqualTo(ascii);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "b\u00fccher",
                "b\u00fccher.local",
                "b\u00fccher..example",
                "b\u00fcch er.example",
                "b\u00fccher_.example",
                "-b\u00fccher.example",
                "\u0301a.example",
                "a\u200db.example",
                "\u05d0a.example",
                "\ud83d.example",
                "\u2488com.example",
                "127.0.0.\u0661",
                "127.0.0.\uff11"
            })
    void notAHostname_empty(String text) {
        assertThat(UnicodeHostname.parse(text)).isEmpty();
    }

    @Test
    void randomText_isTotalAndCanonical() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            String text = random.ints(random.nextInt(300), 0, i % 2 == 0 ? 0x300 : 0x10000)
                            .collect(StringBuilder::new, (b, c) -> b.append((char) c), StringBuilder::append)
                    + ".example";
            UnicodeHostname.parse(text)
                    .ifPresent(name -> assertThat(Hostname.parse(name.value()))
                            .as("seed %d: %s", seed, text)
                            .contains(name));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "xn--bcher-kva.example, b\u00fccher.example",
        "shop.example, shop.example",
        "xn--a.example, xn--a.example",
        "xn--ls8h.xn--p1ai, \ud83d\udca9.\u0440\u0444"
    })
    void show_asItsOwnerWritesIt(String ascii, String shown) {
        assertThat(UnicodeHostname.show(Hostname.parse(ascii).orElseThrow())).isEqualTo(shown);
    }
}
