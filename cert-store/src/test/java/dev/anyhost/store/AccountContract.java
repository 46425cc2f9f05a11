package dev.anyhost.store;

import static dev.anyhost.store.TestCertificates.keyPair;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.security.KeyPair;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** One account key for all proxies and issuers. */
interface AccountContract extends StoreContract {

    String LETS_ENCRYPT = "https://acme.test/directory";
    String ANOTHER_CA = "https://other-ca.test/directory";
    URI ACCOUNT_URL = URI.create("https://acme.test/acct/1");

    private static AcmeAccount account(AccountResult result) {
        return ((AccountResult.Found) result).account();
    }

    @Test
    default void emptyStore_hasNoAccount() {
        assertThat(store().open("first").accounts().find(LETS_ENCRYPT)).isEqualTo(new AccountResult.Absent());
    }

    @Test
    default void createdKey_isFoundForEveryIssuer() {
        StoreFixture store = store();
        AcmeAccounts accounts = store.open("first").accounts();
        KeyPair key = keyPair();

        AcmeAccount created = account(accounts.createIfAbsent(LETS_ENCRYPT, key));
        store.calls.operations();

        assertThat(created.key().getPrivate()).isEqualTo(key.getPrivate());
        assertThat(account(accounts.find(LETS_ENCRYPT)).key().getPrivate()).isEqualTo(key.getPrivate());
        assertThat(account(accounts.find(ANOTHER_CA)).key().getPublic()).isEqualTo(key.getPublic());
        assertThat(store.calls.operations()).containsExactly("GetItem", "GetItem");
    }

    @Test
    default void accountUrl_isKeptPerIssuer() {
        AcmeAccounts accounts = store().open("first").accounts();
        accounts.createIfAbsent(LETS_ENCRYPT, keyPair());

        assertThat(accounts.recordUrl(LETS_ENCRYPT, ACCOUNT_URL)).isEqualTo(new StoreEffect.Done());
        assertThat(accounts.recordUrl(ANOTHER_CA, URI.create("https://other-ca.test/9")))
                .isEqualTo(new StoreEffect.Done());

        assertThat(account(accounts.find(LETS_ENCRYPT)).url()).contains(ACCOUNT_URL);
        assertThat(account(accounts.find(ANOTHER_CA)).url()).contains(URI.create("https://other-ca.test/9"));
        assertThat(account(accounts.find("https://third.test/")).url()).isEmpty();
        accounts.recordUrl(LETS_ENCRYPT, URI.create("https://acme.test/acct/2"));
        assertThat(account(accounts.find(LETS_ENCRYPT)).url()).contains(URI.create("https://acme.test/acct/2"));
    }

    @Test
    default void manyCreators_allGetTheWinnersKey() {
        AcmeAccounts accounts = store().open("first").accounts();

        List<AccountResult> results = Racers.race(8, _ -> accounts.createIfAbsent(LETS_ENCRYPT, keyPair()));

        KeyPair stored = account(accounts.find(LETS_ENCRYPT)).key();
        assertThat(results)
                .allSatisfy(
                        result -> assertThat(account(result).key().getPrivate()).isEqualTo(stored.getPrivate()));
    }

    @Test
    default void loser_getsTheWinnersAccountWithoutAnotherRead() {
        StoreFixture store = store();
        AcmeAccounts accounts = store.open("first").accounts();
        AcmeAccount winner = account(accounts.createIfAbsent(LETS_ENCRYPT, keyPair()));
        accounts.recordUrl(LETS_ENCRYPT, ACCOUNT_URL);
        store.calls.operations();

        AcmeAccount answer = account(accounts.createIfAbsent(LETS_ENCRYPT, keyPair()));

        assertThat(answer.key().getPrivate()).isEqualTo(winner.key().getPrivate());
        assertThat(answer.url()).contains(ACCOUNT_URL);
        assertThat(store.calls.operations()).containsExactly("PutItem");
    }

    @Test
    default void lostAnswerToACreation_isOurOwnSuccess() {
        StoreFixture store = store();
        KeyPair key = keyPair();
        store.calls.loseNextAnswerTo("PutItem");

        AcmeAccount created = account(store.open("first").accounts().createIfAbsent(LETS_ENCRYPT, key));

        assertThat(store.calls.operations()).containsExactly("PutItem", "PutItem");
        assertThat(created.key().getPrivate()).isEqualTo(key.getPrivate());
    }

    @Test
    default void accountKey_isNotReadableInItsRow() {
        StoreFixture store = store();
        KeyPair key = keyPair();
        AccountResult created = store.open("first").accounts().createIfAbsent(LETS_ENCRYPT, key);

        assertThat(KeySearch.windowsOf(key.getPrivate(), store.row(CoordinationKey.ACCOUNT)))
                .isEmpty();
        assertThat(created.toString()).isEqualTo("Found[account=AcmeAccount[no URL yet]]");
    }

    @Test
    default void secretOfAnotherRow_isDamaged() {
        StoreFixture store = store();
        AcmeAccounts accounts = store.open("first").accounts();
        accounts.createIfAbsent(LETS_ENCRYPT, keyPair());
        Map<String, AttributeValue> row = store.row(CoordinationKey.ACCOUNT);
        row.put("sealed", store.row(CoordinationKey.CANARY).get("sealed"));
        store.replaceRow(row);

        assertThat(accounts.find(LETS_ENCRYPT)).isInstanceOf(AccountResult.Damaged.class);
        assertThat(accounts.createIfAbsent(LETS_ENCRYPT, keyPair())).isInstanceOf(AccountResult.Damaged.class);
    }

    @Test
    default void accountUnderUnknownKey_isUnavailableAndStays() {
        StoreFixture store = store();
        store.open("first").accounts().createIfAbsent(LETS_ENCRYPT, keyPair());
        Map<String, AttributeValue> before = store.row(CoordinationKey.ACCOUNT);
        AcmeAccounts mistyped = store.open("mistyped").accounts();

        assertThat(mistyped.find(LETS_ENCRYPT)).isInstanceOf(AccountResult.KeyUnavailable.class);
        assertThat(mistyped.createIfAbsent(LETS_ENCRYPT, keyPair())).isInstanceOf(AccountResult.KeyUnavailable.class);
        assertThat(store.row(CoordinationKey.ACCOUNT)).isEqualTo(before);
    }

    @Test
    default void accountWithoutUrl_isFoundWithoutOne() {
        AcmeAccounts accounts = store().open("first").accounts();

        assertThat(account(accounts.createIfAbsent(LETS_ENCRYPT, keyPair())).url())
                .isEqualTo(Optional.empty());
    }
}
