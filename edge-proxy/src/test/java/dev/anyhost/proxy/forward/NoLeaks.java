package dev.anyhost.proxy.forward;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails the test class after which Netty's leak detector has found something that was never released. */
public final class NoLeaks implements BeforeAllCallback, AfterAllCallback {

    private static final int POLLS = 64;
    private static final List<String> FOUND = new CopyOnWriteArrayList<>();
    private static final boolean INSTALLED = install();

    private static boolean install() {
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new ResourceLeakDetectorFactory() {
            @Override
            @SuppressWarnings("deprecation") // The only one that subclasses must give.
            public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int interval, long active) {
                return new Recording<>(resource, interval);
            }
        });
        return true;
    }

    private static final class Recording<T> extends ResourceLeakDetector<T> {

        Recording(Class<?> resource, int interval) {
            super(resource, interval);
        }

        @Override
        protected boolean needReport() {
            return true;
        }

        @Override
        protected void reportTracedLeak(String type, String records) {
            FOUND.add(type + records);
        }

        @Override
        protected void reportUntracedLeak(String type) {
            FOUND.add(type);
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        if (!INSTALLED || ResourceLeakDetector.getLevel() != ResourceLeakDetector.Level.PARANOID) {
            throw new IllegalStateException("leaks are not watched: " + ResourceLeakDetector.getLevel());
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        List<String> found = found();
        if (!found.isEmpty()) {
            FOUND.clear();
            throw new AssertionError("leaked by this class or one before it: " + found);
        }
    }

    /** What was leaked so far and not reported yet; collects garbage, because that is when it shows. */
    static List<String> found() {
        System.gc();
        for (int i = 0; i < POLLS; i++) {
            UnpooledByteBufAllocator.DEFAULT.directBuffer(1).release();
        }
        return List.copyOf(FOUND);
    }
}
