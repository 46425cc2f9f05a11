package dev.anyhost.proxy;

import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What was opened together; closed last opened first, each whatever becomes of the others. For one thread. */
public final class Parts implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Parts.class);

    private final List<AutoCloseable> opened = new ArrayList<>();

    /** Takes a part in, to be closed with the others. */
    public <T extends AutoCloseable> T opened(T part) {
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
