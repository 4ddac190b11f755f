/**
 * The only place that sees BouncyCastle: it reads PKCS#10 requests and writes certificates.
 *
 * <p>Receives decisions as plain records; hands on certificates of the JDK's types; must never decide who gets what, and
 * must never let a type of BouncyCastle out.
 */
@NullMarked
package io.weft.certs.x509;

import org.jspecify.annotations.NullMarked;
