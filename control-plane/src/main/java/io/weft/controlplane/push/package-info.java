/**
 * When a change of the mesh goes to whom.
 * Receives meshes and connected proxies, hands each proxy's resources on when its view of the mesh has changed, and only then.
 * Must never wait for a proxy, know the xDS protocol, or let one view that cannot be generated hold up another.
 */
@NullMarked
package io.weft.controlplane.push;

import org.jspecify.annotations.NullMarked;
