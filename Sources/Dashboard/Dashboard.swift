/// The page at `/`: the files of `Page/`, carried in the binary and put together into one document that needs nothing
/// else.
public enum Dashboard {
    /// In the order in which they count: later rules win.
    static let styles: [(name: String, bytes: [UInt8])] = [
        ("colours.css", PackageResources.colours_css),
        ("base.css", PackageResources.base_css),
        ("controls.css", PackageResources.controls_css),
        ("list.css", PackageResources.list_css),
        ("run.css", PackageResources.run_css),
        ("form.css", PackageResources.form_css),
    ]

    /// One script in this order; what a file uses while it is read stands above it.
    static let scripts: [(name: String, bytes: [UInt8])] = [
        ("dom.js", PackageResources.dom_js),
        ("format.js", PackageResources.format_js),
        ("api.js", PackageResources.api_js),
        ("token.js", PackageResources.token_js),
        ("stream.js", PackageResources.stream_js),
        ("scales.js", PackageResources.scales_js),
        ("series.js", PackageResources.series_js),
        ("curves.js", PackageResources.curves_js),
        ("sparkline.js", PackageResources.sparkline_js),
        ("colours.js", PackageResources.colours_js),
        ("frames.js", PackageResources.frames_js),
        ("timeline.js", PackageResources.timeline_js),
        ("heatmap.js", PackageResources.heatmap_js),
        ("boundary.js", PackageResources.boundary_js),
        ("confusion.js", PackageResources.confusion_js),
        ("sql.js", PackageResources.sql_js),
        ("state.js", PackageResources.state_js),
        ("list.js", PackageResources.list_js),
        ("head.js", PackageResources.head_js),
        ("actions.js", PackageResources.actions_js),
        ("facts.js", PackageResources.facts_js),
        ("notes.js", PackageResources.notes_js),
        ("run.js", PackageResources.run_js),
        ("network.js", PackageResources.network_js),
        ("curl.js", PackageResources.curl_js),
        ("tables.js", PackageResources.tables_js),
        ("columns.js", PackageResources.columns_js),
        ("options.js", PackageResources.options_js),
        ("form.js", PackageResources.form_js),
        ("router.js", PackageResources.router_js),
        ("main.js", PackageResources.main_js),
    ]

    /// The page, put together once.
    public static let page = Page(
        frame: text(PackageResources.page_html),
        style: styles.map { text($0.bytes) }.joined(separator: "\n"),
        script: scripts.map { text($0.bytes) }.joined(separator: "\n")
    )

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
