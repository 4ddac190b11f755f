/**
 * Receives the plan and what to do with it.
 *
 * <p>Hands on a changed kernel, or one sentence per thing that is missing. {@link io.weft.init.apply.Applier} is the only
 * class of the module that starts a process.
 *
 * <p>Must never build a rule, nor leave a family that has addresses without rules and report success.
 */
@NullMarked
package io.weft.init.apply;

import org.jspecify.annotations.NullMarked;
