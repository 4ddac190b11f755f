package io.weft.proxy.identity;

import io.weft.certs.rotation.RotationSchedule;
import io.weft.certs.rotation.SvidRotation;
import io.weft.proxy.config.StringMatch;
import io.weft.proxy.config.TlsParameters.NameMatch;
import io.weft.proxy.config.TlsParameters.NameType;
import io.weft.proxy.xds.EventLoops;
import io.weft.proxy.xds.ServerCheck;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Makes identities. */
public final class Identities {

    private Identities() {}

    /**
     * An identity from a certificate service, with a thread of its own.
     *
     * @param loops for the connections to the service
     */
    public static Identity issued(
            IssuedOptions options, EventLoops loops, InstantSource clock, IdentityMetrics metrics) {
        RotationSchedule standard = RotationSchedule.DEFAULT;
        RotationSchedule rotation = new RotationSchedule(
                options.renewalPoint(),
                options.jitter(),
                standard.firstRetry(),
                standard.maxRetry(),
                standard.maxRetryNearEnd());
        Schedule schedule = new ThreadSchedule(clock);
        return new IssuedIdentity(
                new GrpcIssuer(options.server(), options.id().trustDomain(), loops, schedule, clock),
                attestation(options, clock),
                options.id(),
                options.lifetime(),
                new SvidRotation(rotation),
                new SvidFolder(options.folder()),
                schedule,
                () -> ThreadLocalRandom.current().nextDouble(),
                metrics);
    }

    /** An identity from files that others keep up to date. */
    public static Identity fromFiles(CertificateFiles files, InstantSource clock, IdentityMetrics metrics) {
        return new FileIdentity(files, new ThreadSchedule(clock), metrics);
    }

    private static Attestation attestation(IssuedOptions options, InstantSource clock) {
        return switch (options.proof()) {
            case IssuedOptions.Proof.JoinToken(String text) ->
                new Attestation.Joining(options.id(), () -> text.strip());
            case IssuedOptions.Proof.JoinTokenFile(var file) ->
                new Attestation.Joining(options.id(), Attestation.TokenText.file(file));
            case IssuedOptions.Proof.Provisioned(CertificateFiles files) ->
                new Attestation.Provisioned(options.id().trustDomain(), files);
            case IssuedOptions.Proof.PlatformToken(var token, var roots, String name) ->
                new Attestation.PlatformToken(
                        token,
                        roots,
                        pem -> ServerCheck.named(
                                pem, List.of(new NameMatch(NameType.DNS, new StringMatch.Exact(name, true))), clock));
        };
    }
}
