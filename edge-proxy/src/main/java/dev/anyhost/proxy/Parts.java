package dev.anyhost.proxy;

import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a process has opened; closed last opened first, each whatever becomes of the others. */
final class Parts implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Parts.class);

    private final List<AutoCloseable> opened = new ArrayList<>();

    <T extends AutoCloseable> T opened(T part) {
        opened.add(part);
        return part;
    }

    @Override
    public void close() {
        for (AutoCloseable part : opened.reversed()) {
            try {
                part.close();
            } catch (Exception e) { // what AutoCloseable declares; the others must be closed as well
                LOG.warn("not closed: {}", part, e);
            }
        }
    }
}
