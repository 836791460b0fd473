enum M { static let a = PackageResources.V0001__x_sql }
