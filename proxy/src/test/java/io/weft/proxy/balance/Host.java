package io.weft.proxy.balance;

/** A candidate for tests. */
final class Host implements Candidate {
    final String name;
    final long weight;
    int active;
    int picked;

    Host(String name, long weight) {
        this.name = name;
        this.weight = weight;
    }

    @Override
    public long weight() {
        return weight;
    }

    @Override
    public int active() {
        return active;
    }

    @Override
    public String toString() {
        return name;
    }
}
