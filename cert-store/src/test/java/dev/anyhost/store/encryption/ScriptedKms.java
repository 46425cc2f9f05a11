package dev.anyhost.store.encryption;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.subtle.AesGcmJce;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.DecryptRequest;
import software.amazon.awssdk.services.kms.model.DecryptResponse;
import software.amazon.awssdk.services.kms.model.EncryptRequest;
import software.amazon.awssdk.services.kms.model.EncryptResponse;
import software.amazon.awssdk.services.kms.model.InvalidCiphertextException;

/** A key service in memory that has one key, remembers what it was asked, and fails when told to. */
final class ScriptedKms implements KmsClient {

    final List<String> asked = new ArrayList<>();
    private final Aead key;
    private Optional<RuntimeException> failure = Optional.empty();

    ScriptedKms(String key) throws GeneralSecurityException {
        this.key = new AesGcmJce(key.getBytes(StandardCharsets.US_ASCII));
    }

    void failWith(RuntimeException exception) {
        failure = Optional.of(exception);
    }

    @Override
    public EncryptResponse encrypt(EncryptRequest request) {
        note("encrypt " + request.keyId() + " " + request.encryptionContext());
        try {
            byte[] sealed = key.encrypt(request.plaintext().asByteArray(), new byte[0]);
            return EncryptResponse.builder()
                    .ciphertextBlob(SdkBytes.fromByteArray(sealed))
                    .build();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public DecryptResponse decrypt(DecryptRequest request) {
        note("decrypt " + request.keyId() + " " + request.encryptionContext());
        try {
            byte[] opened = key.decrypt(request.ciphertextBlob().asByteArray(), new byte[0]);
            return DecryptResponse.builder()
                    .plaintext(SdkBytes.fromByteArray(opened))
                    .build();
        } catch (GeneralSecurityException notOurs) {
            throw InvalidCiphertextException.builder().cause(notOurs).build();
        }
    }

    private void note(String request) {
        asked.add(request);
        if (failure.isPresent()) {
            throw failure.get();
        }
    }

    @Override
    public String serviceName() {
        return "kms";
    }

    @Override
    public void close() {
        asked.add("close");
    }
}
