package io.weft.examples.apps;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The gRPC service of the shop: text in, text out, which needs no generated code. */
final class Orders {
    static final String SERVICE = "shop.Orders";

    /** Takes an order; {@code nothing} cannot be ordered. */
    static final MethodDescriptor<String, String> PLACE = method("Place", MethodDescriptor.MethodType.UNARY);

    /** Says something to each order that it is asked about, while it is asked. */
    static final MethodDescriptor<String, String> TRACK = method("Track", MethodDescriptor.MethodType.BIDI_STREAMING);

    /** In the trailers of each answer: who took the order. */
    static final Metadata.Key<String> CLERK = Metadata.Key.of("x-clerk", Metadata.ASCII_STRING_MARSHALLER);

    private Orders() {}

    private static MethodDescriptor<String, String> method(String name, MethodDescriptor.MethodType type) {
        return MethodDescriptor.<String, String>newBuilder()
                .setType(type)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
                .setRequestMarshaller(new Text())
                .setResponseMarshaller(new Text())
                .build();
    }

    private static final class Text implements MethodDescriptor.Marshaller<String> {
        @Override
        public InputStream stream(String text) {
            return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String parse(InputStream bytes) {
            try {
                return new String(bytes.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
