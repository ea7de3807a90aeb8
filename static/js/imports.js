// The page that takes a file: it may be dropped, and one that is too large is told so before it is sent.
const input = document.getElementById("id_file");
const area = document.querySelector("[data-drop]");
const error = document.getElementById("file-error");

const check = () => {
  const [file] = input.files;
  const isTooLarge = Boolean(file) && file.size > Number(input.dataset.most);
  error.hidden = !isTooLarge;
  error.querySelector("span").textContent = isTooLarge ? error.dataset.tooLarge : "";
  input.toggleAttribute("aria-invalid", isTooLarge);
  if (isTooLarge) input.value = "";
};

input.addEventListener("change", check);
for (const kind of ["dragenter", "dragover"]) {
  area.addEventListener(kind, (event) => {
    event.preventDefault();
    area.classList.add("over");
  });
}
area.addEventListener("dragleave", () => area.classList.remove("over"));
area.addEventListener("drop", (event) => {
  event.preventDefault();
  area.classList.remove("over");
  input.files = event.dataTransfer.files;
  check();
});
