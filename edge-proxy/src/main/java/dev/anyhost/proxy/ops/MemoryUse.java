package dev.anyhost.proxy.ops;

import io.netty.util.internal.PlatformDependent;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;

/** What this process uses of the memory it may have, as shares from 0 to 1. Any thread may ask; nothing blocks. */
public interface MemoryUse {

    /** Of network buffers ({@code -XX:MaxDirectMemorySize}); a volatile read. */
    double direct();

    /** Of the heap ({@code -Xmx}), as far as is known without what is garbage. Microseconds. */
    double heap();

    /** Finds out what is garbage; takes as long as a whole collection. */
    void collect();

    /** This JVM's. */
    static MemoryUse real() {
        return new Jvm();
    }

    /** Netty counts what its buffers' chunks take, used or kept for reuse; the JVM what was left by a pool's last collection. */
    final class Jvm implements MemoryUse {

        private final double mostDirect = PlatformDependent.maxDirectMemory();

        /** Loaded by the first look: management takes longer to come up than a start has time for. */
        private static final class Heap {
            private static final List<MemoryPoolMXBean> POOLS = ManagementFactory.getMemoryPoolMXBeans().stream()
                    .filter(pool -> pool.getType() == MemoryType.HEAP && pool.isValid())
                    .toList();
        }

        private Jvm() {}

        @Override
        public double direct() {
            return PlatformDependent.usedDirectMemory() / mostDirect;
        }

        @Override
        public double heap() {
            Runtime jvm = Runtime.getRuntime();
            long now = jvm.totalMemory() - jvm.freeMemory();
            return Math.min(now, leftByCollections()) / (double) jvm.maxMemory();
        }

        private long leftByCollections() {
            long left = 0;
            for (MemoryPoolMXBean pool : Heap.POOLS) {
                MemoryUsage usage = pool.getCollectionUsage();
                left += usage == null ? pool.getUsage().getUsed() : usage.getUsed();
            }
            return left;
        }

        @Override
        public void collect() {
            System.gc();
        }
    }
}
