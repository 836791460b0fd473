/// Two sides that end at different numbers did not do the same work.
enum Agreement {
    static func check(_ ours: Double?, _ theirs: Double) throws(BenchmarkError) {
        guard let ours, abs(ours - theirs) <= 1e-6 * abs(theirs) else {
            throw BenchmarkError("pgradient ended at loss \(ours ?? .nan), the other side at \(theirs)")
        }
    }
}
