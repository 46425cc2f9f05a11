package dev.anyhost.store.encryption;

import com.google.crypto.tink.Aead;
import java.security.GeneralSecurityException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.IncorrectKeyException;
import software.amazon.awssdk.services.kms.model.InvalidCiphertextException;

/**
 * An AWS KMS key that wraps data keys. Associated data isn't passed on: Tink's envelope gives none to the remote key, and
 * a KMS encryption context would end up in CloudTrail.
 */
record KmsKey(KmsClient kms, String arn) implements Aead {

    @Override
    public byte[] encrypt(byte[] plaintext, byte[] associatedData) throws GeneralSecurityException {
        SdkBytes secret = SdkBytes.fromByteArray(plaintext);
        try {
            return kms.encrypt(request -> request.keyId(arn).plaintext(secret))
                    .ciphertextBlob()
                    .asByteArray();
        } catch (SdkException failed) {
            throw new KeyServiceException(reason(failed), failed);
        }
    }

    @Override
    public byte[] decrypt(byte[] ciphertext, byte[] associatedData) throws GeneralSecurityException {
        SdkBytes wrapped = SdkBytes.fromByteArray(ciphertext);
        try {
            return kms.decrypt(request -> request.keyId(arn).ciphertextBlob(wrapped))
                    .plaintext()
                    .asByteArray();
        } catch (InvalidCiphertextException | IncorrectKeyException notOurs) {
            throw new GeneralSecurityException(reason(notOurs), notOurs);
        } catch (SdkException failed) {
            throw new KeyServiceException(reason(failed), failed);
        }
    }

    private static String reason(SdkException failure) {
        return "KMS: " + failure.getClass().getSimpleName() + ": " + failure.getMessage();
    }
}
