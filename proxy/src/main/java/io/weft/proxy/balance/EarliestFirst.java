package io.weft.proxy.balance;

/** A heap of the numbers 0 to n-1 whose first is always the one that is due next. */
abstract class EarliestFirst {
    private final int[] heap;

    EarliestFirst(int size) {
        heap = new int[size];
        for (int i = 0; i < size; i++) {
            heap[i] = i;
        }
    }

    abstract boolean before(int a, int b);

    /** Called by subclasses once {@link #before} can answer. */
    final void arrange() {
        for (int i = heap.length / 2 - 1; i >= 0; i--) {
            sink(i);
        }
    }

    final int first() {
        return heap[0];
    }

    /** Finds the place of the first after its turn was moved to later. */
    final void sinkFirst() {
        sink(0);
    }

    private void sink(int start) {
        int at = start;
        int moved = heap[at];
        while (true) {
            int child = 2 * at + 1;
            if (child >= heap.length) {
                break;
            }
            if (child + 1 < heap.length && before(heap[child + 1], heap[child])) {
                child++;
            }
            if (!before(heap[child], moved)) {
                break;
            }
            heap[at] = heap[child];
            at = child;
        }
        heap[at] = moved;
    }
}
