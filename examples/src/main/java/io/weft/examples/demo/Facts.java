package io.weft.examples.demo;

import io.weft.examples.lab.LabException;
import java.util.ArrayList;
import java.util.List;

/** All facts, in an order in which the later ones do not disturb the earlier ones. */
final class Facts {
    private final Report report;

    Facts(Report report) {
        this.report = report;
    }

    static List<Fact> all() {
        var facts = new ArrayList<Fact>();
        facts.addAll(PathFacts.all());
        facts.addAll(ProtocolFacts.all());
        facts.addAll(RefusalFacts.all());
        facts.addAll(ChangeFacts.all());
        return facts;
    }

    void look(Shop shop) {
        for (Fact fact : all()) {
            report.progress(fact.claim());
            report.fact(fact.name(), look(fact, shop));
        }
    }

    static Finding look(Fact fact, Shop shop) {
        try {
            return fact.check().look(shop);
        } catch (LabException e) {
            return new Finding(false, String.valueOf(e.getMessage()));
        } catch (Exception e) {
            return new Finding(false, e.toString());
        }
    }
}
