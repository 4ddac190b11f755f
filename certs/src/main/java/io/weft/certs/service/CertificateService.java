package io.weft.certs.service;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;

/**
 * The service {@code istio.v1.auth.IstioCertificateService}, by which a proxy asks its control plane for a certificate.
 * The caller is known by its TLS certificate, or by {@code authorization: Bearer} and a join token or a service
 * account's token.
 */
public final class CertificateService {
    /** The service's full name. */
    public static final String NAME = "istio.v1.auth.IstioCertificateService";

    /** The only call, unary. */
    public static final MethodDescriptor<CreateCertificateRequest, CreateCertificateResponse> CREATE_CERTIFICATE =
            MethodDescriptor.<CreateCertificateRequest, CreateCertificateResponse>newBuilder()
                    .setType(MethodType.UNARY)
                    .setFullMethodName(MethodDescriptor.generateFullMethodName(NAME, "CreateCertificate"))
                    .setRequestMarshaller(
                            Wire.marshaller(CreateCertificateRequest::read, CreateCertificateRequest::write))
                    .setResponseMarshaller(
                            Wire.marshaller(CreateCertificateResponse::read, CreateCertificateResponse::write))
                    .build();

    /** Where the bearer token of a caller without a certificate stands. */
    public static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    /** What stands before the token. */
    public static final String BEARER = "Bearer ";

    private CertificateService() {}
}
