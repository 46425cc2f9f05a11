package dev.anyhost.proxy.issuance;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.challenge.ChallengeAnswer;
import dev.anyhost.proxy.challenge.ChallengeBoard;
import dev.anyhost.proxy.challenge.ChallengeCertificate;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** Chooses a challenge's certificate by the name that the client asks for. */
final class BoardKeys extends X509ExtendedKeyManager {

    private final ChallengeBoard board;
    private final Map<String, ChallengeCertificate> found = new ConcurrentHashMap<>();

    BoardKeys(ChallengeBoard board) {
        this.board = board;
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, Socket socket) {
        if (!keyType.equals("EC")
                || !(socket instanceof SSLSocket tls)
                || !(tls.getHandshakeSession() instanceof ExtendedSSLSession session)
                || session.getRequestedServerNames().isEmpty()) {
            return null;
        }
        byte[] encoded = session.getRequestedServerNames().getFirst().getEncoded();
        Hostname asked =
                Hostname.parse(new String(encoded, StandardCharsets.US_ASCII)).orElseThrow();
        if (board.find(asked) instanceof ChallengeAnswer.Present(ChallengeCertificate certificate)) {
            String alias = asked + " " + certificate.certificate().getSerialNumber();
            found.put(alias, certificate);
            return alias;
        }
        return null;
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        ChallengeCertificate certificate = found.get(alias);
        return certificate == null ? null : new X509Certificate[] {certificate.certificate()};
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        ChallengeCertificate certificate = found.get(alias);
        return certificate == null ? null : certificate.privateKey();
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(String[] keyType, Principal @Nullable [] issuers, Socket socket) {
        return null;
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }
}
