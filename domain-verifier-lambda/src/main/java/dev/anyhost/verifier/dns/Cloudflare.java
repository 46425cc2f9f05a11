package dev.anyhost.verifier.dns;

import java.net.InetAddress;
import java.util.List;

/**
 * The addresses of Cloudflare's proxy, as published at https://www.cloudflare.com/ips/ (unchanged since September 2023).
 * Names that it proxies show these instead of what their owner wrote.
 */
final class Cloudflare {

    private static final List<Network> NETWORKS = List.of(
            network("173.245.48.0", 20),
            network("103.21.244.0", 22),
            network("103.22.200.0", 22),
            network("103.31.4.0", 22),
            network("141.101.64.0", 18),
            network("108.162.192.0", 18),
            network("190.93.240.0", 20),
            network("188.114.96.0", 20),
            network("197.234.240.0", 22),
            network("198.41.128.0", 17),
            network("162.158.0.0", 15),
            network("104.16.0.0", 13),
            network("104.24.0.0", 14),
            network("172.64.0.0", 13),
            network("131.0.72.0", 22),
            network("2400:cb00::", 32),
            network("2606:4700::", 32),
            network("2803:f800::", 32),
            network("2405:b500::", 32),
            network("2405:8100::", 32),
            network("2a06:98c0::", 29),
            network("2c0f:f248::", 32));

    private Cloudflare() {}

    private record Network(byte[] prefix, int bits) {
        boolean contains(byte[] address) {
            if (address.length != prefix.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit++) {
                int mask = 0x80 >> (bit % 8);
                if ((address[bit / 8] & mask) != (prefix[bit / 8] & mask)) {
                    return false;
                }
            }
            return true;
        }
    }

    private static Network network(String prefix, int bits) {
        return new Network(InetAddress.ofLiteral(prefix).getAddress(), bits);
    }

    static boolean isProxy(InetAddress address) {
        return NETWORKS.stream().anyMatch(network -> network.contains(address.getAddress()));
    }
}
