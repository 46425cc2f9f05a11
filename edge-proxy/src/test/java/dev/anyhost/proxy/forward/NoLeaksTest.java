package dev.anyhost.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The watch itself: a buffer that nobody releases makes its class fail. */
class NoLeaksTest {

    @Test
    void forgottenBuffer_isFound() {
        for (int i = 0; i < 10; i++) {
            ByteBufAllocator.DEFAULT.buffer(64).writeByte(i);
        }
        AssertionError failure = null;
        for (int i = 0; failure == null && i < 50; i++) {
            failure = checked();
        }
        assertThat(failure).isNotNull().hasMessageContaining("forgottenBuffer_isFound");
    }

    @SuppressWarnings("NullAway") // The context isn't looked at.
    private static @org.jspecify.annotations.Nullable AssertionError checked() {
        try {
            new NoLeaks().afterAll((ExtensionContext) null);
            return null;
        } catch (AssertionError leaked) {
            return leaked;
        }
    }
}
