package io.weft.proxy.xds;

import com.google.protobuf.Any;

/** From a resource's bytes to configuration records. */
@FunctionalInterface
public interface ResourceParser {

    /**
     * @param body of the type asked for
     * @throws RuntimeException when the resource is refused; the message names the field by its path and says what was
     *     expected there. Whatever is thrown refuses this resource and no other.
     */
    Resource parse(ResourceType type, Any body);
}
