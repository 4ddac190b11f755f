package io.weft.certs.service;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.ExtensionRegistryLite;
import com.google.protobuf.Struct;
import java.io.IOException;
import java.time.Duration;

/**
 * Message {@code istio.v1.auth.IstioCertificateRequest}.
 *
 * @param csr a PKCS#10 request in PEM (field 1)
 * @param validitySeconds the lifetime asked for; 0 asks for the authority's standard (field 3)
 * @param metadata further wishes, of which Weft's authority grants none (field 4)
 */
public record CreateCertificateRequest(String csr, long validitySeconds, Struct metadata) {
    private static final int CSR = 1;
    private static final int VALIDITY = 3;
    private static final int METADATA = 4;

    public CreateCertificateRequest(String csr, Duration validity) {
        this(csr, validity.toSeconds(), Struct.getDefaultInstance());
    }

    static CreateCertificateRequest read(CodedInputStream in) throws IOException {
        String csr = "";
        long validity = 0;
        Struct.Builder metadata = Struct.newBuilder();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case (CSR << 3) | Wire.LENGTH_DELIMITED -> csr = in.readStringRequireUtf8();
                case (VALIDITY << 3) | Wire.VARINT -> validity = in.readInt64();
                case (METADATA << 3) | Wire.LENGTH_DELIMITED ->
                    in.readMessage(metadata, ExtensionRegistryLite.getEmptyRegistry());
                // Fields of later versions, as protobuf wants it.
                default -> in.skipField(tag);
            }
        }
        return new CreateCertificateRequest(csr, validity, metadata.build());
    }

    void write(CodedOutputStream out) throws IOException {
        if (!csr.isEmpty()) {
            out.writeString(CSR, csr);
        }
        if (validitySeconds != 0) {
            out.writeInt64(VALIDITY, validitySeconds);
        }
        if (!metadata.equals(Struct.getDefaultInstance())) {
            out.writeMessage(METADATA, metadata);
        }
    }
}
