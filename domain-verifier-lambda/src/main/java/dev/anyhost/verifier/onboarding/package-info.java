/** What a registered hostname is and what becomes of it: pure, without network, table or clock. */
package dev.anyhost.verifier.onboarding;
