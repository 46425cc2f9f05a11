package dev.anyhost.store.encryption;

import java.security.GeneralSecurityException;

/** The key service gave no usable answer: carried through Tink, whose interface knows one exception only. */
final class KeyServiceException extends GeneralSecurityException {

    private static final long serialVersionUID = 1L;

    KeyServiceException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
