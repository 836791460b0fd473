/// Which pgradient this is.
public enum Release {
    /// By semantic versioning, of commands and HTTP interface alike.
    public static let version = "0.1.0"
}
