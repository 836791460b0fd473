import Postgres

/// The numbered files of this folder, carried in the binary.
public enum Migrations {
    /// All migrations in their order. A test compares the list with the folder.
    public static func all() throws -> [Migration] {
        try files.map { name, bytes in try Migration(fileName: name, bytes: bytes) }
    }

    /// Names and contents of the files.
    static let files: [(name: String, bytes: [UInt8])] = [
        ("V0001__runs.sql", PackageResources.V0001__runs_sql),
        ("V0002__params.sql", PackageResources.V0002__params_sql),
        ("V0003__views.sql", PackageResources.V0003__views_sql),
        ("V0004__wide_view.sql", PackageResources.V0004__wide_view_sql),
        ("V0005__shapes.sql", PackageResources.V0005__shapes_sql),
        ("V0006__columns.sql", PackageResources.V0006__columns_sql),
        ("V0007__comparing.sql", PackageResources.V0007__comparing_sql),
        ("V0008__evaluations.sql", PackageResources.V0008__evaluations_sql),
        ("V0009__pictures.sql", PackageResources.V0009__pictures_sql),
        ("V0010__request_fingerprints.sql", PackageResources.V0010__request_fingerprints_sql),
        ("V0011__clients.sql", PackageResources.V0011__clients_sql),
    ]
}
