package io.weft.certs.service;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Protobuf's wire format by hand: two messages of four fields do not need a code generator. */
final class Wire {
    static final int VARINT = 0;
    static final int LENGTH_DELIMITED = 2;

    private static final int MAX_BYTES = 1 << 20;

    private Wire() {}

    /** Reads the fields of a message to its end. */
    interface Reader<T> {
        T read(CodedInputStream in) throws IOException;
    }

    /** Writes the fields of a message. */
    interface Writer<T> {
        void write(T message, CodedOutputStream out) throws IOException;
    }

    static <T> Marshaller<T> marshaller(Reader<T> reader, Writer<T> writer) {
        return new Marshaller<>() {
            @Override
            public InputStream stream(T message) {
                var bytes = new ByteArrayOutputStream();
                try {
                    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
                    writer.write(message, out);
                    out.flush();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                return new ByteArrayInputStream(bytes.toByteArray());
            }

            @Override
            public T parse(InputStream stream) {
                try {
                    CodedInputStream in = CodedInputStream.newInstance(stream);
                    in.setSizeLimit(MAX_BYTES);
                    return reader.read(in);
                } catch (IOException e) {
                    throw Status.INTERNAL
                            .withDescription("malformed message: " + e.getMessage())
                            .withCause(e)
                            .asRuntimeException();
                }
            }
        };
    }
}
