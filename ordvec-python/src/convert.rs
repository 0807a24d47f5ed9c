//! Arguments from Python: checked, coerced and copied while the GIL is held.
//!
//! Whatever leaves this module is owned by the call, so that the work may release the GIL while
//! the caller changes its arrays. Each check names what was expected and what was found:
//! `TypeError` for a wrong type or dtype, `ValueError` for a wrong layout, rank, width or id.
//! What the core checks itself (finite values, order of ids) is not checked twice.

use numpy::{
    dtype, Element, PyArrayDescr, PyArrayDescrMethods, PyArrayDyn, PyArrayMethods,
    PyReadonlyArrayDyn, PyUntypedArray, PyUntypedArrayMethods,
};
use pyo3::exceptions::{PyRuntimeError, PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;

/// Rows of a C-contiguous float matrix, flat and row-major.
pub struct Matrix {
    pub values: Vec<f32>,
    pub rows: usize,
    pub width: usize,
}

/// A 2-dimensional float array `(rows, width)`; `width`, when given, is the index dimension.
pub fn matrix(array: &Bound<'_, PyAny>, width: Option<usize>) -> PyResult<Matrix> {
    let array = float_array(array, 2)?;
    let (rows, found) = (array.shape()[0], array.shape()[1]);
    check_width(found, width)?;
    let values = float_values(&array)?;
    Ok(Matrix {
        values,
        rows,
        width: found,
    })
}

/// What `work` makes of the values of a [`matrix`], read where they are if they are float32. The
/// GIL is held meanwhile: for work that takes no longer than the copy that it saves.
pub fn read_matrix<T>(
    array: &Bound<'_, PyAny>,
    width: usize,
    work: impl FnOnce(&[f32]) -> T,
) -> PyResult<T> {
    let checked = float_array(array, 2)?;
    check_width(checked.shape()[1], Some(width))?;
    if let Ok(typed) = checked.cast::<PyArrayDyn<f32>>() {
        let readable = readonly(typed)?;
        if let Ok(values) = readable.as_slice() {
            return Ok(work(values));
        }
    }
    Ok(work(&matrix(array, Some(width))?.values))
}

/// A 1-dimensional float array; `width`, when given, is the index dimension.
pub fn vector(array: &Bound<'_, PyAny>, width: Option<usize>) -> PyResult<Vec<f32>> {
    let array = float_array(array, 1)?;
    check_width(array.shape()[0], width)?;
    float_values(&array)
}

/// A 1-dimensional array of exactly this element type, for codes, ranks and query bitmaps.
pub fn exact<T: Element + Copy>(array: &Bound<'_, PyAny>, what: &str) -> PyResult<Vec<T>> {
    let py = array.py();
    let untyped = any_array(array, what)?;
    let wanted = dtype::<T>(py);
    if !untyped.dtype().is_equiv_to(&wanted) {
        return Err(PyTypeError::new_err(format!(
            "{what}: expected dtype {wanted}, found {}",
            untyped.dtype()
        )));
    }
    check_rank(&untyped, 1, what)?;
    check_contiguous(&untyped, what)?;
    native_values::<T>(&untyped)
}

/// Row ids of any integer dtype and stride, as the u32 that the index stores.
pub fn ids(array: &Bound<'_, PyAny>, what: &str) -> PyResult<Vec<u32>> {
    let array = any_array(array, what)?;
    let kind = array.dtype().kind();
    if !matches!(kind, b'i' | b'u') {
        return Err(PyTypeError::new_err(format!(
            "{what}: expected an integer dtype, found {}",
            array.dtype()
        )));
    }
    check_rank(&array, 1, what)?;
    if array.is_c_contiguous() && array.dtype().is_equiv_to(&dtype::<u32>(array.py())) {
        return native_values(&array); // what the candidates of this library are
    }
    if kind == b'i' {
        narrow(&cast_values::<i64>(&array)?, what)
    } else {
        narrow(&cast_values::<u64>(&array)?, what)
    }
}

fn narrow<T>(wide: &[T], what: &str) -> PyResult<Vec<u32>>
where
    T: Copy + std::fmt::Display,
    u32: TryFrom<T>,
{
    let to_u32 = |&id: &T| {
        u32::try_from(id).map_err(|_| {
            PyValueError::new_err(format!(
                "{what}: id {id} is out of range for a u32 (0 to {})",
                u32::MAX
            ))
        })
    };
    wide.iter().map(to_u32).collect()
}

fn any_array<'py>(array: &Bound<'py, PyAny>, what: &str) -> PyResult<Bound<'py, PyUntypedArray>> {
    match array.cast::<PyUntypedArray>() {
        Ok(array) => Ok(array.clone()),
        Err(_) => Err(PyTypeError::new_err(format!(
            "{what}: expected a NumPy array, found {}",
            array.get_type().name()?
        ))),
    }
}

fn float_array<'py>(
    array: &Bound<'py, PyAny>,
    rank: usize,
) -> PyResult<Bound<'py, PyUntypedArray>> {
    let array = any_array(array, "vectors")?;
    if array.dtype().kind() != b'f' {
        return Err(PyTypeError::new_err(format!(
            "vectors: expected a floating dtype (coerced to float32), found {}; \
             convert with .astype(numpy.float32) if the numbers are meant as coordinates",
            array.dtype()
        )));
    }
    check_rank(&array, rank, "vectors")?;
    check_contiguous(&array, "vectors")?;
    Ok(array)
}

fn check_rank(array: &Bound<'_, PyUntypedArray>, rank: usize, what: &str) -> PyResult<()> {
    if array.ndim() == rank {
        return Ok(());
    }
    Err(PyValueError::new_err(format!(
        "{what}: expected a {rank}-dimensional array, found {} dimensions",
        array.ndim()
    )))
}

fn check_contiguous(array: &Bound<'_, PyUntypedArray>, what: &str) -> PyResult<()> {
    if array.is_c_contiguous() {
        return Ok(());
    }
    Err(PyValueError::new_err(format!(
        "{what}: expected a C-contiguous array, found strides {:?}; \
         numpy.ascontiguousarray makes such a copy",
        array.strides()
    )))
}

/// Ids ascend; equal neighbours are allowed.
pub fn ascending(ids: &[u32], name: &str) -> PyResult<()> {
    match ids.windows(2).position(|pair| pair[0] > pair[1]) {
        Some(at) => Err(PyValueError::new_err(format!(
            "{name}: ids must be in ascending order, the id at position {} is smaller than the \
             one before it",
            at + 1
        ))),
        None => Ok(()),
    }
}

fn check_width(found: usize, wanted: Option<usize>) -> PyResult<()> {
    match wanted {
        Some(dim) if dim != found => Err(PyValueError::new_err(format!(
            "vectors: expected width {dim}, the dimension of the index, found {found}"
        ))),
        _ => Ok(()),
    }
}

/// float32 copies of a checked float array. What overflows becomes infinite, and is refused by the
/// core, which checks that all values are finite.
fn float_values(array: &Bound<'_, PyUntypedArray>) -> PyResult<Vec<f32>> {
    let py = array.py();
    if array.dtype().is_equiv_to(&dtype::<f64>(py)) {
        // The commonest other dtype, without a NumPy temporary.
        let wide = native_values::<f64>(array)?;
        Ok(wide.into_iter().map(|value| value as f32).collect())
    } else {
        cast_values::<f32>(array)
    }
}

/// The values as `T`, by NumPy's own cast when the array is not natively `T`.
fn cast_values<T: Element + Copy>(array: &Bound<'_, PyUntypedArray>) -> PyResult<Vec<T>> {
    let py = array.py();
    let wanted = dtype::<T>(py);
    if array.dtype().is_equiv_to(&wanted) && array.is_c_contiguous() {
        return native_values(array);
    }
    native_values(&numpy_cast(array, &wanted)?)
}

/// `array.astype(wanted, order="C", subok=False)`, silent where longdouble overflows: that value becomes
/// infinite and the core's finite check reports it, whatever the caller's warning filter says.
fn numpy_cast<'py>(
    array: &Bound<'py, PyUntypedArray>,
    wanted: &Bound<'py, PyArrayDescr>,
) -> PyResult<Bound<'py, PyUntypedArray>> {
    let py = array.py();
    let options = [("over", "ignore"), ("invalid", "ignore")];
    let numpy = py.import(intern!(py, "numpy"))?;
    let quiet = numpy.call_method(
        intern!(py, "errstate"),
        (),
        Some(&pyo3::types::IntoPyDict::into_py_dict(options, py)?),
    )?;
    quiet.call_method0(intern!(py, "__enter__"))?;
    // The method of ndarray itself: a subclass may have overridden it.
    let cast = py
        .get_type::<PyUntypedArray>()
        .call_method1(intern!(py, "astype"), (array, wanted, "C", "unsafe", false));
    let none = py.None();
    quiet.call_method1(intern!(py, "__exit__"), (&none, &none, &none))?;
    Ok(cast?.cast_into::<PyUntypedArray>()?)
}

/// A copy of a C-contiguous array that is natively `T`; a misaligned one is copied by NumPy first.
fn native_values<T: Element + Copy>(array: &Bound<'_, PyUntypedArray>) -> PyResult<Vec<T>> {
    let typed = array.cast::<PyArrayDyn<T>>()?;
    let readable = readonly(typed)?;
    match readable.as_slice() {
        Ok(values) => Ok(values.to_vec()),
        Err(_) => Ok(numpy_cast(array, &dtype::<T>(array.py()))?
            .cast_into::<PyArrayDyn<T>>()?
            .to_vec()?),
    }
}

fn readonly<'py, T: Element>(
    typed: &Bound<'py, PyArrayDyn<T>>,
) -> PyResult<PyReadonlyArrayDyn<'py, T>> {
    typed
        .try_readonly()
        .map_err(|_| PyRuntimeError::new_err("the array is mutably borrowed elsewhere"))
}
