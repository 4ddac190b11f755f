package io.weft.proxy.detect;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** ClientHellos by hand, also ones that no library would send. */
final class Hello {
    private Hello() {}

    /** A handshake message with GREASE around its extensions. */
    static byte[] message(@Nullable String serverName, String... alpn) {
        ByteBuf extensions = Unpooled.buffer();
        extensions.writeShort(0x0a0a).writeShort(0);
        if (serverName != null) {
            byte[] name = serverName.getBytes(StandardCharsets.US_ASCII);
            extensions.writeShort(0).writeShort(name.length + 5);
            extensions
                    .writeShort(name.length + 3)
                    .writeByte(0)
                    .writeShort(name.length)
                    .writeBytes(name);
        }
        if (alpn.length > 0) {
            ByteBuf list = Unpooled.buffer();
            for (String protocol : alpn) {
                list.writeByte(protocol.length());
                list.writeCharSequence(protocol, StandardCharsets.US_ASCII);
            }
            extensions.writeShort(16).writeShort(list.readableBytes() + 2).writeShort(list.readableBytes());
            extensions.writeBytes(list);
        }
        return message(extensions);
    }

    static byte[] padded(int padding, String serverName) {
        byte[] name = serverName.getBytes(StandardCharsets.US_ASCII);
        ByteBuf extensions = Unpooled.buffer();
        extensions.writeShort(21).writeShort(padding).writeZero(padding);
        extensions.writeShort(0).writeShort(name.length + 5);
        extensions
                .writeShort(name.length + 3)
                .writeByte(0)
                .writeShort(name.length)
                .writeBytes(name);
        return message(extensions);
    }

    /** The message in records of at most {@code size} bytes. */
    static byte[] records(byte[] message, int size) {
        ByteBuf records = Unpooled.buffer();
        for (int at = 0; at < message.length; at += size) {
            int length = Math.min(size, message.length - at);
            records.writeByte(22).writeShort(0x0301).writeShort(length).writeBytes(message, at, length);
        }
        return ByteBufUtil.getBytes(records);
    }

    private static byte[] message(ByteBuf extensions) {
        ByteBuf body = Unpooled.buffer();
        body.writeShort(0x0303).writeZero(32).writeByte(0);
        body.writeShort(4).writeShort(0x0a0a).writeShort(0x1301);
        body.writeByte(1).writeByte(0);
        body.writeShort(extensions.readableBytes()).writeBytes(extensions);
        ByteBuf message = Unpooled.buffer();
        message.writeByte(1).writeMedium(body.readableBytes()).writeBytes(body);
        return ByteBufUtil.getBytes(message);
    }
}
