package io.weft.proxy.telemetry;

import io.weft.proxy.config.AccessLog;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where lines end up. Only the writer's thread touches it. What cannot be written is given up and counted: a full disk
 * or a file system that is read-only must cost nothing but lines.
 */
final class LogSink {

    private static final System.Logger LOG = System.getLogger("io.weft.proxy.telemetry");
    private static final int BUFFER = 64 * 1024;
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final AccessLog.Sink where;
    private final Counter dropped;
    private final Counter written;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    private @Nullable FileChannel channel;
    private long retryAt;
    private boolean retrying;
    private boolean told;
    private int lines;

    LogSink(AccessLog.Sink where, Counter written, Counter dropped) {
        this.where = where;
        this.written = written;
        this.dropped = dropped;
    }

    void add(byte[] from, int offset, int length) {
        if (length > BUFFER) {
            dropped.add(1);
            return;
        }
        if (length > buffer.remaining()) {
            flush();
        }
        buffer.put(from, offset, length);
        lines++;
    }

    void flush() {
        if (lines == 0) {
            return;
        }
        buffer.flip();
        try {
            FileChannel open = open();
            if (open == null) {
                dropped.add(lines);
            } else {
                while (buffer.hasRemaining()) {
                    open.write(buffer);
                }
                written.add(lines);
                told = false;
            }
        } catch (IOException e) {
            dropped.add(lines);
            failed(e);
        }
        buffer.clear();
        lines = 0;
    }

    private @Nullable FileChannel open() throws IOException {
        FileChannel known = channel;
        if (known != null) {
            return known;
        }
        if (retrying && System.nanoTime() - retryAt < 0) {
            return null;
        }
        FileChannel made = switch (where) {
            case AccessLog.Sink.File file ->
                FileChannel.open(
                        Path.of(file.path()),
                        StandardOpenOption.WRITE,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
            case AccessLog.Sink.Stdout stdout -> new FileOutputStream(FileDescriptor.out).getChannel();
            case AccessLog.Sink.Stderr stderr -> new FileOutputStream(FileDescriptor.err).getChannel();
        };
        channel = made;
        retrying = false;
        return made;
    }

    private void failed(IOException cause) {
        if (!told) {
            told = true;
            LOG.log(System.Logger.Level.WARNING, "access log {0}: lines are lost: {1}", where, cause.toString());
        }
        if (where instanceof AccessLog.Sink.File) {
            close();
        }
        retrying = true;
        retryAt = System.nanoTime() + RETRY_NANOS;
    }

    /** The next line goes to a file opened anew, as after logrotate has moved the old one. */
    void reopen() {
        if (where instanceof AccessLog.Sink.File) {
            close();
            retrying = false;
        }
    }

    void close() {
        FileChannel open = channel;
        channel = null;
        if (open != null && where instanceof AccessLog.Sink.File) {
            try {
                open.close();
            } catch (IOException e) {
                LOG.log(System.Logger.Level.DEBUG, "access log {0}: closing failed: {1}", where, e.toString());
            }
        }
    }
}
