package io.weft.proxy;

import io.netty.channel.epoll.Epoll;
import io.netty.handler.ssl.OpenSsl;
import io.weft.certs.identity.KeyRules;
import io.weft.certs.key.KeyAlgorithm;
import java.lang.System.Logger.Level;
import java.security.KeyPair;

/**
 * What every proxy needs before its first handshake and what takes the JVM long to make ready: the native libraries, and
 * the tables of the curve P-256. Done on threads of their own while arguments and files are read; who comes to need it
 * earlier waits for the rest of it, as the JVM has it with classes that are being initialized. Nothing depends on it.
 */
final class HeadStart {
    private HeadStart() {}

    static void begin() {
        daemon("libraries", HeadStart::load);
        daemon("curve", HeadStart::signAndVerify);
    }

    private static void load() {
        OpenSsl.isAvailable();
        Epoll.isAvailable();
    }

    private static void signAndVerify() {
        KeyPair throwaway = KeyAlgorithm.EC_P256.generate();
        KeyRules.isPair(throwaway.getPublic(), throwaway.getPrivate());
    }

    private static void daemon(String name, Runnable work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (RuntimeException | LinkageError e) {
                        // Met again, and told, where it is needed.
                        System.getLogger("io.weft.proxy").log(Level.DEBUG, "head start: " + name, e);
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }
}
