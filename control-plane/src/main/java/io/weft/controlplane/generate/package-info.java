/**
 * From a mesh to xDS: what one proxy may see ({@link io.weft.controlplane.generate.View}) and the resources that say it.
 * Receives {@link io.weft.controlplane.model.Mesh} and {@link io.weft.controlplane.generate.ProxyNode}, hands
 * {@link io.weft.controlplane.generate.ResourceSet} on to {@code push}. Must never read anything that is not in the View.
 */
@NullMarked
package io.weft.controlplane.generate;

import org.jspecify.annotations.NullMarked;
