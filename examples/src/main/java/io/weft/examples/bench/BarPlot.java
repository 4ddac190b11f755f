package io.weft.examples.bench;

import java.util.List;
import java.util.Locale;

/**
 * Horizontal bars in groups, as an SVG document without scripts, fonts or styles of its own.
 *
 * @param title with the unit
 * @param decimals of the numbers beside the bars
 */
record BarPlot(String title, int decimals, List<Group> groups) {
    private static final int LEFT = 80;
    private static final int BARS = 420;
    private static final int RIGHT = 180;
    private static final int WIDTH = LEFT + BARS + RIGHT;
    private static final int BAR = 14;
    private static final int LINE = 20;
    private static final int MARGIN = 12;

    /** What is compared with each other. */
    record Group(String title, List<Bar> bars) {
        Group {
            bars = List.copyOf(bars);
        }
    }

    /**
     * One bar.
     *
     * @param colour as SVG takes it
     * @param spread its length is the median's; the lowest and the highest are a line across its end
     */
    record Bar(String label, String colour, Spread spread) {}

    BarPlot {
        groups = List.copyOf(groups);
    }

    String svg() {
        double most = groups.stream()
                .flatMap(group -> group.bars().stream())
                .mapToDouble(bar -> bar.spread().max())
                .max()
                .orElse(0);
        double scale = most > 0 ? BARS / most : 0;
        var body = new StringBuilder();
        int y = MARGIN + LINE;
        body.append(text(MARGIN, y - 4, "start", " font-weight=\"bold\"", title));
        for (Group group : groups) {
            y += LINE + LINE / 2;
            body.append(text(MARGIN, y - 4, "start", "", group.title()));
            for (Bar bar : group.bars()) {
                body.append(bar(bar, y + 2, scale));
                y += LINE;
            }
        }
        int height = y + MARGIN;
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + WIDTH + "\" height=\"" + height
                + "\" viewBox=\"0 0 " + WIDTH + " " + height
                + "\" font-family=\"sans-serif\" font-size=\"12\">\n<title>" + escaped(title)
                + "</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n" + body + "</svg>\n";
    }

    private String bar(Bar bar, int y, double scale) {
        Spread spread = bar.spread();
        int middle = y + BAR / 2;
        String range =
                spread.min() == spread.max() ? "" : " (" + number(spread.min()) + "–" + number(spread.max()) + ")";
        return text(LEFT - 6, middle + 4, "end", "", bar.label())
                + "<rect x=\"" + LEFT + "\" y=\"" + y + "\" width=\"" + length(spread.median() * scale)
                + "\" height=\"" + BAR + "\" fill=\"" + bar.colour() + "\"/>\n"
                + "<path d=\"M" + length(LEFT + spread.min() * scale) + " " + middle + "H"
                + length(LEFT + spread.max() * scale) + "\" stroke=\"#222222\"/>\n"
                + text(
                        (int) (LEFT + spread.max() * scale) + 6,
                        middle + 4,
                        "start",
                        "",
                        number(spread.median()) + range);
    }

    private static String text(int x, int y, String anchor, String more, String text) {
        return "<text x=\"" + x + "\" y=\"" + y + "\" text-anchor=\"" + anchor + "\" fill=\"#222222\"" + more + ">"
                + escaped(text) + "</text>\n";
    }

    private String number(double value) {
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    private static String length(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
