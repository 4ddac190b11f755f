/**
 * Key pairs and the requests that ask for a certificate of them.
 *
 * <p>Receives a choice of algorithm; hands on key pairs and PKCS#10 requests, with the JDK alone; must never write a
 * private key anywhere.
 */
@NullMarked
package io.weft.certs.key;

import org.jspecify.annotations.NullMarked;
