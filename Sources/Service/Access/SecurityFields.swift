import HTTPTypes

/// Fields that every answer carries unless it says otherwise itself.
public enum SecurityFields {
    /// What is learned about a person's data is for that person's eyes: not kept by caches, not embedded by other
    /// sites, not guessed to be of another type than it says, not framed, and links from it tell nobody where they stood.
    public static let all: HTTPFields = {
        var fields: HTTPFields = [:]
        fields[.xContentTypeOptions] = "nosniff"
        fields[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'"
        fields[.cacheControl] = "no-store"
        for (name, value) in [
            ("Referrer-Policy", "no-referrer"), ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
        ] {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        return fields
    }()
}
