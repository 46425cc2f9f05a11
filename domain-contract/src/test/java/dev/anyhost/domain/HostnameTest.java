package dev.anyhost.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostnameTest {

    private static final int RANDOM_INPUTS = 100_000;

    /** The rule written a second time, in another way. */
    private static final Pattern SHAPE = Pattern.compile("(?!-)[a-z0-9-]{1,63}(?<!-)(\\.(?!-)[a-z0-9-]{1,63}(?<!-))+");

    private static final Pattern NUMERIC_LAST = Pattern.compile(".*\\.([0-9]+|0x[0-9a-f]*)");
    private static final Pattern NEVER_PUBLIC = Pattern.compile("(.*\\.)?(local|internal|localhost|home\\.arpa)");

    @ParameterizedTest
    @CsvSource({
        "shop.example.com, shop.example.com",
        "Shop.Example.COM, shop.example.com",
        "shop.example.com., shop.example.com",
        "a.b, a.b",
        "1.2.3.example, 1.2.3.example",
        "0x7f.example, 0x7f.example",
        "a.0xyz, a.0xyz",
        "xn--bcher-kva.example, xn--bcher-kva.example",
        "XN--BCHER-KVA.example, xn--bcher-kva.example",
        "xn--not-punycode-at-all-.xn--a.example, ''",
        "xn--.example, ''",
        "xn--a.example, xn--a.example",
        "a--b.example, a--b.example",
        "local.example, local.example",
        "arpa.home.example, arpa.home.example",
        "my-home.arpa, my-home.arpa",
        "localhost.test, localhost.test"
    })
    void hostname_canonicalForm(String text, String canonical) {
        assertThat(Hostname.parse(text).map(Hostname::value).orElse("")).isEqualTo(canonical);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "com",
                "com.",
                "localhost",
                ".example.com",
                "shop..example.com",
                "shop.example.com..",
                "127.0.0.1",
                "127.0.0.1.",
                "1.2.3.4.5",
                "example.1",
                "127.0.0.0x1",
                "0X7F.0x",
                "[::1]",
                "::1",
                "2001:db8::1",
                "2001:db8::1.example",
                "printer.local",
                "api.internal",
                "app.localhost",
                "nas.home.arpa",
                "home.arpa",
                "HOME.ARPA.",
                "*.example.com",
                "*",
                "sh*p.example.com",
                "_dmarc.example.com",
                "sh_p.example.com",
                "-shop.example.com",
                "shop-.example.com",
                "shop.-example.com",
                "shop.example.com-",
                "-.example",
                "shop.example.com:443",
                "https://shop.example.com",
                "shop.example.com/",
                "user@shop.example.com",
                "shop example.com",
                " shop.example.com",
                "shop.example.com ",
                "shop.example.com\n",
                "shop.example.com\u0000",
                "shop%2eexample.com",
                "b\u00fccher.example",
                "\u212aelvin.example",
                "shop\u3002example.com",
                "shop\uff0eexample.com",
                "\ud83d\ude00.example",
                "\ud83d.example",
                "\u0130.example"
            })
    void notAHostname_empty(String text) {
        assertThat(Hostname.parse(text)).isEmpty();
    }

    @Test
    void label_upTo63() {
        assertThat(Hostname.parse("a".repeat(63) + ".example")).isPresent();
        assertThat(Hostname.parse("a".repeat(64) + ".example")).isEmpty();
    }

    @Test
    void name_upTo253WithoutTheTrailingDot() {
        String longest = ("a".repeat(61) + ".").repeat(4) + "b".repeat(5);
        assertThat(longest).hasSize(253);
        assertThat(Hostname.parse(longest)).isPresent();
        assertThat(Hostname.parse(longest + ".")).isPresent();
        assertThat(Hostname.parse(longest + "b")).isEmpty();
        assertThat(Hostname.parse(longest + "b.")).isEmpty();
    }

    @Test
    void equality_isThatOfTheCanonicalText() {
        var one = Hostname.parse("Shop.Example.").orElseThrow();
        var same = Hostname.parse("shop.example").orElseThrow();
        var other = Hostname.parse("shop.test").orElseThrow();
        assertThat(one).isEqualTo(same).hasSameHashCodeAs(same).isEqualByComparingTo(same);
        assertThat(one).isNotEqualTo(other).isLessThan(other).hasToString("shop.example");
    }

    @Test
    void randomText_isTotalIdempotentAndTheRule() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int i = 0; i < RANDOM_INPUTS; i++) {
            String text = i % 2 == 0 ? anyText(random) : nearlyAHostname(random);
            assertThatCode(() -> assertRule(text))
                    .as("seed %d, input %d: %s", seed, i, escaped(text))
                    .doesNotThrowAnyException();
        }
    }

    private static void assertRule(String text) {
        boolean dotted = text.endsWith(".");
        String folded = asciiLowerCase(dotted ? text.substring(0, text.length() - 1) : text);
        boolean expected = folded.length() <= 253
                && SHAPE.matcher(folded).matches()
                && !NUMERIC_LAST.matcher(folded).matches()
                && !NEVER_PUBLIC.matcher(folded).matches();
        var parsed = Hostname.parse(text);
        assertThat(parsed.map(Hostname::value).orElse("")).isEqualTo(expected ? folded : "");
        parsed.ifPresent(name -> assertThat(Hostname.parse(name.value())).contains(name));
    }

    private static String asciiLowerCase(String text) {
        return text.chars()
                .map(c -> c < 128 ? Character.toLowerCase(c) : c)
                .collect(StringBuilder::new, (b, c) -> b.append((char) c), StringBuilder::append)
                .toString();
    }

    private static String anyText(Random random) {
        int length = random.nextInt(401);
        int range = random.nextBoolean() ? 128 : 0x10000;
        var text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append((char) random.nextInt(range));
        }
        return text.toString();
    }

    private static String nearlyAHostname(Random random) {
        var labels = new ArrayList<String>();
        for (int i = random.nextInt(1, 9); i > 0; i--) {
            labels.add(label(random));
        }
        labels.add(List.of("com", "0x1", "0x", "12", "local", "internal", "home.arpa", "localhost", "Test", "")
                .get(random.nextInt(10)));
        return String.join(".", labels);
    }

    private static String label(Random random) {
        String letters = "abcxyzABCXYZ0189---_*.\u00fc\ud83d";
        int usual = random.nextInt(100) < 95 ? letters.indexOf('_') : letters.length();
        int length = random.nextInt(20) == 0 ? random.nextInt(60, 67) : random.nextInt(1, 12);
        var label = new StringBuilder();
        for (int i = 0; i < length; i++) {
            label.append(letters.charAt(random.nextInt(usual)));
        }
        return label.toString();
    }

    private static String escaped(String text) {
        var escaped = new StringBuilder();
        text.chars().forEach(c -> escaped.append(String.format(Locale.ROOT, c < 127 && c > 32 ? "%c" : "\\u%04x", c)));
        return escaped.toString();
    }
}
