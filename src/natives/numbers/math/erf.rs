//! The error function and its complement.
//!
//! Source: rational approximations of Sun's fdlibm (1993), evaluated in pairs of terms as the GNU C library does, so that
//! the last bit is CPython's on Linux.

/// erf(1), with its low half zero.
const ERX: f64 = 8.45062911510467529297e-01;
/// 2/√π − 1.
const EFX: f64 = 1.28379167095512586316e-01;

type Rational<const N: usize, const M: usize> = ([f64; N], [f64; M]);

/// |x| < 0.84375, in x².
const NEAR: Rational<5, 6> = (
    [
        1.28379167095512558561e-01,
        -3.25042107247001499370e-01,
        -2.84817495755985104766e-02,
        -5.77027029648944159157e-03,
        -2.37630166566501626084e-05,
    ],
    [
        1.0,
        3.97917223959155352819e-01,
        6.50222499887672944485e-02,
        5.08130628187576562776e-03,
        1.32494738004321644526e-04,
        -3.96022827877536812320e-06,
    ],
);
/// 0.84375 ≤ |x| < 1.25, in |x| − 1.
const ONE: Rational<7, 7> = (
    [
        -2.36211856075265944077e-03,
        4.14856118683748331666e-01,
        -3.72207876035701323847e-01,
        3.18346619901161753674e-01,
        -1.10894694282396677476e-01,
        3.54783043256182359371e-02,
        -2.16637559486879084300e-03,
    ],
    [
        1.0,
        1.06420880400844228286e-01,
        5.40397917702171048937e-01,
        7.18286544141962662868e-02,
        1.26171219808761642112e-01,
        1.36370839120290507362e-02,
        1.19844998467991074170e-02,
    ],
);
/// 1.25 ≤ |x| < 1/0.35, in 1/x².
const MIDDLE: Rational<8, 9> = (
    [
        -9.86494403484714822705e-03,
        -6.93858572707181764372e-01,
        -1.05586262253232909814e+01,
        -6.23753324503260060396e+01,
        -1.62396669462573470355e+02,
        -1.84605092906711035994e+02,
        -8.12874355063065934246e+01,
        -9.81432934416914548592e+00,
    ],
    [
        1.0,
        1.96512716674392571292e+01,
        1.37657754143519042600e+02,
        4.34565877475229228821e+02,
        6.45387271733267880336e+02,
        4.29008140027567833386e+02,
        1.08635005541779435134e+02,
        6.57024977031928170135e+00,
        -6.04244152148580987438e-02,
    ],
);
/// 1/0.35 ≤ |x| < 28, in 1/x².
const FAR: Rational<7, 8> = (
    [
        -9.86494292470009928597e-03,
        -7.99283237680523006574e-01,
        -1.77579549177547519889e+01,
        -1.60636384855821916062e+02,
        -6.37566443368389627722e+02,
        -1.02509513161107724954e+03,
        -4.83519191608651397019e+02,
    ],
    [
        1.0,
        3.03380607434824582924e+01,
        3.25792512996573918826e+02,
        1.53672958608443695994e+03,
        3.19985821950859553908e+03,
        2.55305040643316442583e+03,
        4.74528541206955367215e+02,
        -2.24409524465858183362e+01,
    ],
);

/// A polynomial, lowest coefficient first: pairs `c₀ + c₁x`, each times its power of x².
fn poly(x: f64, c: &[f64]) -> f64 {
    let x2 = x * x;
    let x4 = x2 * x2;
    let powers = [1.0, x2, x4, x4 * x2, x4 * x4];
    let pair = |p: &[f64]| if p.len() == 2 { p[0] + x * p[1] } else { p[0] };
    let mut sum = pair(&c[..2]);
    for (p, power) in c[2..].chunks(2).zip(&powers[1..]) {
        sum += power * pair(p);
    }
    sum
}
fn ratio<const N: usize, const M: usize>(x: f64, r: &Rational<N, M>) -> f64 {
    poly(x, &r.0) / poly(x, &r.1)
}
/// erfc(a) for 1.25 ≤ a < 28.
fn tail(a: f64) -> f64 {
    let s = 1.0 / (a * a);
    let r = if high(a) < 0x4006_db6d { ratio(s, &MIDDLE) } else { ratio(s, &FAR) };
    // The square of the upper half is exact.
    let z = f64::from_bits(a.to_bits() & 0xffff_ffff_0000_0000);
    (-z * z - 0.5625).exp() * ((z - a) * (z + a) + r).exp() / a
}
/// The upper half of a positive number's bits.
fn high(a: f64) -> u32 {
    (a.to_bits() >> 32) as u32
}

pub fn erf(x: f64) -> f64 {
    let a = x.abs();
    let y = if x.is_nan() {
        return x;
    } else if high(a) < 0x3feb_0000 {
        if high(a) < 0x3e30_0000 {
            return x + EFX * x;
        }
        return x + x * ratio(x * x, &NEAR);
    } else if high(a) < 0x3ff4_0000 {
        ERX + ratio(a - 1.0, &ONE)
    } else if a >= 6.0 {
        1.0
    } else {
        1.0 - tail(a)
    };
    y.copysign(x)
}

pub fn erfc(x: f64) -> f64 {
    let a = x.abs();
    if x.is_nan() {
        x
    } else if high(a) < 0x3feb_0000 {
        if high(a) < 0x3c70_0000 {
            return 1.0 - x;
        }
        let y = ratio(x * x, &NEAR);
        if x < 0.25 { 1.0 - (x + x * y) } else { 0.5 - (x * y + (x - 0.5)) }
    } else if high(a) < 0x3ff4_0000 {
        let r = ratio(a - 1.0, &ONE);
        if x > 0.0 { (1.0 - ERX) - r } else { 1.0 + (ERX + r) }
    } else if a < 28.0 && x > -6.0 {
        if x > 0.0 { tail(a) } else { 2.0 - tail(a) }
    } else if x > 0.0 {
        0.0
    } else {
        2.0
    }
}
