import TestSupport

/// A connection string to an empty database of its own on the cluster of this test process.
func freshDatabase() async throws -> String { try await TestCluster.freshDatabase() }
