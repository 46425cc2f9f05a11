package dev.anyhost.proxy.challenge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Http01AnswersTest {

    private static final String THUMBPRINT = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]{22,128}");
    private static final String OFTEN = "azAZ09-_./+= \r\n\0é😀";

    private final Http01Answers answers = new Http01Answers(new AccountThumbprint(THUMBPRINT));

    @Test
    void token_isAnsweredWithExactlyTheKeyAuthorization() {
        assertThat(answers.answer("LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0"))
                .contains("LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0." + THUMBPRINT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "short",
                "123456789012345678901",
                "1234567890123456789012/",
                "../../../../etc/passwd0",
                "1234567890123456789012=",
                "12345678901234567890%41",
                "1234567890123456789012\r\nX: y"
            })
    void anythingElse_isNotAnswered(String token) {
        assertThat(answers.answer(token)).isEmpty();
    }

    @Test
    void length_isFrom22To128() {
        assertThat(answers.answer("a".repeat(21))).isEmpty();
        assertThat(answers.answer("a".repeat(22))).isPresent();
        assertThat(answers.answer("a".repeat(128))).isPresent();
        assertThat(answers.answer("a".repeat(129))).isEmpty();
    }

    @Test
    void randomText_isAnsweredExactlyWhenItIsAToken() {
        long seed = System.nanoTime();
        RandomGenerator random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            String text = text(random);
            assertThat(answers.answer(text).isPresent())
                    .as("seed %d, text %s", seed, text)
                    .isEqualTo(TOKEN.matcher(text).matches());
        }
    }

    /** Mostly token characters, so that both sides of the line are hit. */
    private static String text(RandomGenerator random) {
        var text = new StringBuilder();
        int length = random.nextInt(150);
        boolean clean = random.nextBoolean();
        for (int i = 0; i < length; i++) {
            boolean odd = !clean && random.nextInt(20) == 0;
            text.append(
                    odd ? (char) random.nextInt(0x10000) : OFTEN.charAt(random.nextInt(clean ? 8 : OFTEN.length())));
        }
        return text.toString();
    }
}
